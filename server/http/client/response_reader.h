#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "connectors/ports/http_client.h"

namespace counterpart::http {

/// An answer that is not HTTP, ends too early or is too large. The text quotes nothing of it.
class BadAnswer : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A sound answer, but of more bytes than we take.
class TooLarge : public BadAnswer {
 public:
  using BadAnswer::BadAnswer;
};

/// Reads one response from bytes that arrive piece by piece: Content-Length, chunked or until the end;
/// interim responses (100, 103) are passed over. Pure: no sockets.
class ResponseReader {
 public:
  /// `head_only`: the answer to a HEAD request, without a body. `limit`: bytes of the body.
  ResponseReader(bool head_only, std::size_t limit);
  ~ResponseReader();
  ResponseReader(const ResponseReader&) = delete;

  /// More bytes. Throws BadAnswer.
  void feed(std::string_view bytes);

  /// The connection has ended. Throws BadAnswer where the response has not.
  void end();

  bool started() const;  ///< a byte has come
  bool done() const;

  /// After done(): whether bytes came after the response, unasked.
  bool overrun() const;

  /// After done(): whether another request may follow. False where bytes came unasked.
  bool keep_alive() const;
  HttpResponse take();

 private:
  class Parser;
  void parse(std::string_view bytes);
  bool is_too_little(std::string_view bytes) const;
  void restart();

  std::unique_ptr<Parser> parser_;
  std::string pending_;
  std::size_t limit_;
  int interim_ = 0;
  bool head_only_;
  bool started_ = false;
};

}  // namespace counterpart::http
