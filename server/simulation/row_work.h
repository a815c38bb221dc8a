#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "connectors/ports/random.h"
#include "server/config/configuration.h"
#include "server/simulation/history.h"
#include "server/simulation/values.h"

namespace counterpart::simulation {

/// a to z as A to Z, the rest as it is: what a system makes of a text that it stores in upper case.
std::string in_capitals(std::string text);

/// What people do to the child rows of a record that they have before them.
class RowWork {
 public:
  using Place = std::pair<std::string, std::string>;  ///< system, object

  /// `values` and the configuration outlive it.
  RowWork(const Configuration& configuration, const AllValues& values);

  /// Whether records of that object have rows that people can fill.
  bool any(const Place& place) const { return lists_.contains(place); }

  /// A few rows for a new record. `entered`: the number of the last value that somebody entered; so below.
  void fill(const Place& place, Native& fields, Random& random, int& entered) const;

  /// Does it to one of the record's rows, drawn by `random`: first which list, then which row, then what. False: there
  /// is nothing to do it to.
  bool act(Happening::Kind kind, const Place& place, Native& fields, Random& random, int& entered) const;

  /// What a system makes of rows that stores one of their texts in upper case.
  void shout(const Place& place, Native& fields) const;

 private:
  struct Entry {
    const FieldSide* side;
    const FieldValues* values;
    bool key;
  };
  struct List {
    Path path;
    std::string id;
    std::vector<Entry> entries;  ///< those of the key first
  };

  void add_list(const Place& place, const RowsRule& rule, Side side, const AllValues& values);
  static void add_row(const List& list, Native::Array& rows, std::size_t place, Random& random, int& entered);
  static bool edit_row(const List& list, Native& row, Random& random, int& entered);

  std::map<Place, std::vector<List>> lists_;
};

/// A kind of work on rows.
bool is_row_work(Happening::Kind kind);

}  // namespace counterpart::simulation
