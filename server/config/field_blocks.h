#pragma once

#include <string>
#include <vector>

#include "server/config/field_rows.h"
#include "server/config/field_sheet.h"

namespace counterpart::drafts {

/// The rows of a sheet that are for one mapping.
struct FieldBlock {
  std::string sync, object;  ///< "" where the sheet does not say
  std::vector<config::Node> rows;
};

/// The sheet's rows by sync and object, in the order in which these come first.
std::vector<FieldBlock> blocks_of(const FieldSheet& sheet);

/// Checks rows as `counterpart check` does, as far as that goes without a configuration: any table may be there, and
/// some side leads. Mistakes go to `problems`.
void check_blocks(const std::vector<FieldBlock>& blocks, config::Problems& problems);

/// The YAML that stands for them: `fields:` with a row a line, once for each block, under a comment that names it; an
/// empty list where there is none.
std::string print_blocks(const std::vector<FieldBlock>& blocks);

/// The node on one line, as YAML: "{max_length: 40, characters: latin}".
std::string print_on_one_line(const config::Node& node);

/// The sheet that stands for the rows of these mappings, as CSV with all columns. What a sheet cannot show goes to
/// `problems`: what comes from `${…}`, and texts of blanks.
std::string print_field_sheet(const std::vector<MappingRows>& mappings, config::Problems& problems);

}  // namespace counterpart::drafts
