#include <algorithm>
#include <cstdio>
#include <fstream>
#include <stdexcept>

#include "mapping/values/json.h"
#include "server/commands/command.h"
#include "server/commands/loading.h"
#include "server/commands/printing.h"
#include "server/config/examples.h"
#include "server/config/field_blocks.h"
#include "server/config/interpolation.h"

namespace counterpart::commands {
namespace {

struct MappingOptions {
  std::string config_file;
  std::string object;
  std::string output;
  std::string sheet;
  bool json = false;
  CLI::App* export_ = nullptr;
  CLI::App* import_ = nullptr;
  CLI::App* test = nullptr;
};

/// Exit code 2, with the mistakes told; nullopt where there is none.
std::optional<int> refused(const config::Problems& problems) {
  if (problems.empty()) return std::nullopt;
  print_mistakes(problems);
  return 2;
}

/// To the file, or to standard output where none is named.
void put_out(const std::string& text, const std::string& file) {
  if (file.empty()) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    return;
  }
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  stream << text << std::flush;
  if (!stream)
    throw std::runtime_error("'" + file + "' cannot be written; name a file in a folder that you may write to");
}

/// Those of one object mapping, whatever its sync. Throws where there is none of that name.
std::vector<MappingRows> only_of(std::vector<MappingRows> mappings, const std::string& object) {
  std::vector<std::string> known;
  for (const MappingRows& mapping : mappings) known.push_back(mapping.object);
  std::erase_if(mappings, [&](const MappingRows& mapping) { return mapping.object != object; });
  if (!mappings.empty()) return mappings;
  const std::string near = config::nearest(object, known);
  throw std::runtime_error("there is no object mapping '" + object + "'; " +
                           (near.empty() ? "known are: " + config::listed(known) : "did you mean '" + near + "'?"));
}

int export_sheet(const MappingOptions& options) {
  config::Problems problems;
  std::vector<MappingRows> mappings = read_field_rows(options.config_file, problems);
  if (const auto code = refused(problems)) return *code;
  if (!options.object.empty()) mappings = only_of(std::move(mappings), options.object);
  const std::string sheet = drafts::print_field_sheet(mappings, problems);
  if (const auto code = refused(problems)) return *code;
  put_out(sheet, options.output);
  return 0;
}

int import_sheet(const MappingOptions& options) {
  config::Problems problems;
  const auto text = read_text_file(options.sheet, drafts::kSheetBytesMax);
  if (!text) {
    problems.add({options.sheet, 0, 0}, "the sheet cannot be read",
                 "name a CSV file that is there, that you may read, and that has at most 4 MiB");
    return *refused(problems);
  }
  config::Problems told;
  const auto sheet = drafts::read_field_sheet(*text, options.sheet, told);
  const auto blocks = sheet ? drafts::blocks_of(*sheet) : std::vector<drafts::FieldBlock>();
  drafts::check_blocks(blocks, told);
  drafts::tell_by_cell(told, sheet ? sheet->cells : std::vector<drafts::CellName>(), problems);
  if (const auto code = refused(problems)) return *code;
  put_out(drafts::print_blocks(blocks), options.output);
  return 0;
}

Native told_of(const ExampleFailure& failure, const MappingRows& mapping, const FieldRow& row) {
  const config::Place& place = row.written.example.left->place;
  Native::Object told{{"sync", mapping.sync},
                      {"object", mapping.object},
                      {"field", row.rule.name},
                      {"place", place.file + ":" + std::to_string(place.line) + ":" + std::to_string(place.column)},
                      {"example", Native::integer(static_cast<long long>(failure.number))},
                      {"left", failure.example.left},
                      {"right", failure.example.right},
                      {"what", failure.what},
                      {"remedy", failure.remedy}};
  if (failure.to) told.emplace_back("direction", failure.to == Side::left ? "to_left" : "to_right");
  if (failure.came_out) told.emplace_back("came_out", *failure.came_out);
  return Native(std::move(told));
}

/// {rows, without, examples, failed, failures: […]}
Native examples_tried(const std::vector<MappingRows>& mappings) {
  std::size_t rows = 0;
  std::size_t without = 0;
  std::size_t examples = 0;
  Native::Array failures;
  std::size_t failed = 0;
  for (const MappingRows& mapping : mappings) {
    for (const FieldRow& row : mapping.rows) {
      const ExampleResult result = run_examples(row);
      ++rows;
      without += result.count == 0 ? 1 : 0;
      examples += result.count;
      failed += result.failed;
      for (const ExampleFailure& failure : result.failures) failures.push_back(told_of(failure, mapping, row));
    }
  }
  const auto number = [](std::size_t count) { return Native::integer(static_cast<long long>(count)); };
  return Native(Native::Object{{"rows", number(rows)},
                               {"without", number(without)},
                               {"examples", number(examples)},
                               {"failed", number(failed)},
                               {"failures", Native(std::move(failures))}});
}

void print_failure(const Native& failure) {
  const std::string number = text(failure, "example");
  std::printf("%s/%s, field '%s'%s (%s)\n", text(failure, "sync").c_str(), text(failure, "object").c_str(),
              text(failure, "field").c_str(), number == "0" ? "" : (", example " + number).c_str(),
              text(failure, "place").c_str());
  std::printf("  left      %s\n  right     %s\n", text(failure, "left").c_str(), text(failure, "right").c_str());
  if (failure.member("came_out") != nullptr) {
    const bool to_left = text(failure, "direction") == "to_left";
    std::printf("  came out  %s (%s, expected: %s)\n", text(failure, "came_out").c_str(),
                text(failure, "direction").c_str(), text(failure, to_left ? "left" : "right").c_str());
  }
  std::printf("  %s\n  to do: %s\n", text(failure, "what").c_str(), text(failure, "remedy").c_str());
}

int test_examples(const MappingOptions& options) {
  config::Problems problems;
  const std::vector<MappingRows> mappings = read_field_rows(options.config_file, problems);
  if (const auto code = refused(problems)) return *code;
  const Native tried = examples_tried(mappings);
  const Native::Array& failures = tried.member("failures")->array();
  if (options.json) {
    std::puts(print_json(tried).c_str());
  } else {
    for (const Native& failure : failures) print_failure(failure);
    std::printf("examples: %s, of which failed: %s; field rows: %s, of which without example: %s\n",
                text(tried, "examples").c_str(), text(tried, "failed").c_str(), text(tried, "rows").c_str(),
                text(tried, "without").c_str());
  }
  return failures.empty() ? 0 : 1;
}

int mapping(const MappingOptions& options) {
  if (options.export_->parsed()) return export_sheet(options);
  return options.import_->parsed() ? import_sheet(options) : test_examples(options);
}

std::pair<CLI::App*, Run> add(CLI::App& root) {
  CLI::App* command = root.add_subcommand("mapping", "Field rows as a spreadsheet, and their examples tried");
  auto options = std::make_shared<MappingOptions>();
  command->require_subcommand(1);
  options->export_ = command->add_subcommand("export", "Print the field rows as CSV, for a spreadsheet");
  options->export_->add_option("--object", options->object, "Only of this object mapping");
  options->import_ = command->add_subcommand("import", "Print the YAML that a spreadsheet (CSV) stands for");
  options->import_->add_option("sheet", options->sheet, "The CSV file")->required();
  options->test = command->add_subcommand("test", "Try the examples of all field rows");
  options->test->add_flag("--json", options->json, "Print JSON for machines");
  for (CLI::App* sub : {options->export_, options->test}) add_config_option(*sub, options->config_file);
  for (CLI::App* sub : {options->export_, options->import_}) {
    sub->add_option("-o,--output", options->output, "Write to this file instead");
  }
  command->footer(
      "Example: counterpart mapping export --config counterpart.yaml -o fields.csv; counterpart mapping import "
      "fields.csv\n"
      "A configuration takes a sheet in place of rows, too: `fields: fields.csv`. `counterpart mapping test` reads "
      "each\n"
      "row's example on both sides and tells where one side does not become the other.\n"
      "Exit codes: 0 done, 1 an example failed or it cannot run, 2 mistakes (printed as file:line:column: what; "
      "remedy)");
  return {command, [options] { return mapping(*options); }};
}

}  // namespace

Command mapping_command() {
  return {add};
}

}  // namespace counterpart::commands
