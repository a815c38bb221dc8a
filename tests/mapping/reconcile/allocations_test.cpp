// At rest most pairs are unchanged: comparing one must cost no memory for each field.
#include <atomic>
#include <cstdlib>
#include <new>

#include "tests/mapping/reconcile/support.h"

// g++ 12 at -O2 inlines only one of the two replaced operators, and then sees a mismatch that is none.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace {
std::atomic<std::size_t> allocated{0};
}

void* operator new(std::size_t size) {
  ++allocated;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc{};
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace counterpart::testing {
namespace {

TEST(Allocations, AnUnchangedPairCostsNoneForEachField) {
  std::vector<FieldRule> rules;
  Native fields{Native::Object{}};
  for (int i = 0; i < 30; ++i) {
    const std::string name = "a_field_with_a_name_that_is_on_the_heap_" + std::to_string(i);
    rules.push_back(text_field(name));
    fields.set(name, "a value that is not in the small string either");
  }
  const ObjectMapping mapping = mapping_of(std::move(rules));
  Pair pair;
  pair.left.fields = pair.right.fields = fields;
  pair.state.base = {fields, fields};
  const ReconcileContext context;

  const std::size_t before = allocated;
  const Decision decision = reconcile(mapping, std::move(pair.state), pair.now(), context);
  const std::size_t during = allocated - before;

  EXPECT_TRUE(decision.fields.empty());
  EXPECT_EQ(decision.next.base.left, fields);
  EXPECT_LE(during, 5U);
}

}  // namespace
}  // namespace counterpart::testing
