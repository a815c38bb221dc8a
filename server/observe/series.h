#pragma once

#include <concepts>
#include <mutex>
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace counterpart {

/// A metric by its labels' values. The number of different values is bounded: what comes after the
/// limit is counted under "other", so that no outsider can fill the memory with series.
template <class Metric>
class Series {
 public:
  static constexpr std::size_t kSeriesMost = 1000;

  /// `buckets`: upper bounds, for histograms only.
  Series(prometheus::Family<Metric>& family, std::vector<std::string> labels, std::vector<double> buckets = {})
      : family_(family), labels_(std::move(labels)), buckets_(std::move(buckets)) {}

  /// The one with these values, in the labels' order; made when first asked for. Any thread.
  template <std::convertible_to<std::string_view>... Values>
  Metric& of(const Values&... values) {
    std::string key;
    ((key.append(std::string_view(values)), key.push_back('\0')), ...);
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(key);
    if (found != known_.end()) return *found->second;
    if (known_.size() >= kSeriesMost) return add(std::vector<std::string>(sizeof...(values), "other"));
    Metric& metric = add({std::string(std::string_view(values))...});
    known_.emplace(std::move(key), &metric);
    return metric;
  }

 private:
  Metric& add(const std::vector<std::string>& values) {
    prometheus::Labels labels;
    for (std::size_t i = 0; i < labels_.size(); ++i) labels.emplace(labels_[i], values.at(i));
    if constexpr (std::same_as<Metric, prometheus::Histogram>) {
      return family_.Add(labels, buckets_);
    } else {
      return family_.Add(labels);
    }
  }

  prometheus::Family<Metric>& family_;
  std::vector<std::string> labels_;
  std::vector<double> buckets_;
  std::mutex mutex_;
  std::unordered_map<std::string, Metric*> known_;
};

}  // namespace counterpart
