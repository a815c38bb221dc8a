#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

/// Where a request ends, decided strictly and on the raw bytes, because two readings of one stream are
/// how requests are smuggled. Pure functions: no sockets, no Beast.
namespace counterpart::http {

/// Why a request is refused, and with which status.
struct FramingFault {
  int status;
  std::string_view what;  ///< a literal, safe to send and log

  bool operator==(const FramingFault&) const = default;
  friend std::ostream& operator<<(std::ostream& out, const FramingFault& fault) {
    return out << fault.status << " " << fault.what;
  }
};

/// Finds the end of a request's head in bytes that arrive piece by piece.
class HeadScanner {
 public:
  enum class State {
    more,      ///< not ended yet
    complete,  ///< size() bytes, the blank line included
    broken,    ///< a NUL or control character, a bare CR or LF
  };

  /// `bytes`: everything since the request began; goes on where it stopped.
  State scan(std::string_view bytes);
  std::size_t size() const { return size_; }

 private:
  std::size_t at_ = 0;
  std::size_t line_ = 0;
  std::size_t size_ = 0;
};

/// Checks a complete head (from the request line to the blank line): request line, header syntax, Host,
/// Content-Length, Transfer-Encoding, Expect. nullopt: there is exactly one way to read it.
std::optional<FramingFault> check_framing(std::string_view head);

/// Decodes a chunked body as it arrives. Strict: short extensions, exact line ends, no trailers.
class ChunkedBody {
 public:
  static constexpr std::size_t kLineBytes = 256;        ///< a chunk's size and extensions
  static constexpr std::size_t kExtensionBytes = 1024;  ///< extensions of a whole body

  explicit ChunkedBody(std::size_t limit) : limit_(limit) {}

  /// Appends what the bytes hold of the body and returns how many of them it used; after done(), none.
  /// Where fault() is set afterwards, the rest is meaningless.
  std::size_t feed(std::string_view bytes, std::string& body);

  bool done() const { return state_ == State::done; }
  const std::optional<FramingFault>& fault() const { return fault_; }

 private:
  enum class State { size_line, data, data_end, last_line, done };
  void refuse(int status, std::string_view what);
  std::size_t take_line(std::string_view bytes);
  std::size_t take_data(std::string_view bytes, std::string& body);
  void end_line();
  void begin_chunk();

  std::size_t limit_;
  State state_ = State::size_line;
  std::string line_;
  std::uint64_t left_ = 0;
  std::size_t extensions_ = 0;
  std::size_t total_ = 0;
  std::optional<FramingFault> fault_;
};

}  // namespace counterpart::http
