"""Judges the lines that tests/coverage/run counted: report.py SUMMARY (gcovr --json-summary)

Prints each room's share beside its bar, and every file below the bar. Exit 1 where a room is below.
"""
import json
import pathlib
import sys

BARS = {"mapping": 95.0, "server": 85.0, "connectors": None}  # percent of lines; None: told, not judged
LISTED_BELOW = 85.0  # files of a room without a bar


def share(files):
    total = sum(file["line_total"] for file in files)
    covered = sum(file["line_covered"] for file in files)
    return 100.0 * covered / total if total else 100.0


def told(room, bar, files):
    """Prints the room's figures; true where it holds its bar."""
    percent = share(files)
    good = bar is None or percent >= bar
    wanted = "no bar" if bar is None else f"bar {bar:.0f} %"
    print(f"{room + '/':12} {percent:5.1f} % of {sum(file['line_total'] for file in files):6d} lines, {wanted}"
          f"{'' if good else ': BELOW'}")
    below = [file for file in files if share([file]) < (LISTED_BELOW if bar is None else bar)]
    for file in sorted(below, key=lambda file: file["line_covered"] - file["line_total"]):
        print(f"    {share([file]):5.1f} %  {file['line_total'] - file['line_covered']:4d} lines not executed in "
              f"{file['filename']}")
    return good


def main():
    files = json.loads(pathlib.Path(sys.argv[1]).read_text())["files"]
    rooms = {room: [file for file in files if file["filename"].startswith(f"{room}/")] for room in BARS}
    empty = [room for room, found in rooms.items() if not found]
    if empty:
        print(f"nothing was counted in {', '.join(empty)}: is this the summary of a whole run?")
        return 1
    return 0 if all([told(room, bar, rooms[room]) for room, bar in BARS.items()]) else 1


if __name__ == "__main__":
    sys.exit(main())
