#include "mapping/codecs/argument_words.h"

#include <algorithm>
#include <charconv>

#include "mapping/codecs/digits.h"

namespace counterpart::codecs {

ArgumentWords::ArgumentWords(const Specification& specification, std::string_view usage)
    : left_(specification.arguments), usage_(usage) {}

std::optional<std::size_t> ArgumentWords::take(std::span<const std::string_view> words) {
  std::optional<std::size_t> taken;
  const auto is_one = [&](const Argument& argument) { return std::ranges::find(words, argument.text) != words.end(); };
  for (auto it = std::ranges::find_if(left_, is_one); it != left_.end(); it = std::ranges::find_if(left_, is_one)) {
    if (taken) refuse(*it, "is one too many");
    taken = static_cast<std::size_t>(std::ranges::find(words, it->text) - words.begin());
    taken_ = *it;
    left_.erase(it);
  }
  return taken;
}

std::optional<unsigned> ArgumentWords::take_number(unsigned most) {
  std::optional<unsigned> taken;
  const auto is_number = [](const Argument& it) { return !it.text.empty() && std::ranges::all_of(it.text, is_digit); };
  for (auto it = std::ranges::find_if(left_, is_number); it != left_.end();
       it = std::ranges::find_if(left_, is_number)) {
    if (taken) refuse(*it, "is one too many");
    unsigned number = 0;
    const auto [end, error] = std::from_chars(it->text.data(), it->text.data() + it->text.size(), number);
    if (error != std::errc{} || number > most) refuse(*it, "is more than " + std::to_string(most));
    taken = number;
    taken_ = *it;
    left_.erase(it);
  }
  return taken;
}

void ArgumentWords::refuse_taken(std::string_view why) const {
  refuse(taken_, why);
}

void ArgumentWords::finish() const {
  if (!left_.empty()) refuse(left_.front(), "is not known here");
}

void ArgumentWords::refuse(const Argument& argument, std::string_view why) const {
  throw SpecificationError("'" + argument.text + "' " + std::string(why) + ": write " + usage_, argument.column);
}

}  // namespace counterpart::codecs
