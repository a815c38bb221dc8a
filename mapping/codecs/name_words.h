#pragma once

#include <string_view>

namespace counterpart::codecs {

// What single words of a person's name are: lists, and so only ever a guess.

/// Stands before a name: "Dr.", "Prof.", "Dipl.-Ing.", "rer.", "Mrs". In any case; where the bare word is a name, too
/// (Mag, Phil), with its dot only.
bool is_name_title(std::string_view word);

/// Belongs to the family name after it: "von", "de", "zu", and "Van", but not "Al", which is a given name, too.
bool is_name_particle(std::string_view word);

/// Stands after a name: "Jr.", "III", "MBA", "M.Sc."; "Ma" and "Sen" are families, "M.A." and "sen." are not.
bool is_name_suffix(std::string_view word);

/// Introduces the name somebody was born with: "geb.", "née".
bool is_birth_word(std::string_view word);

}  // namespace counterpart::codecs
