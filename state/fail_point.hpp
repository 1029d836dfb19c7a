// Named points on the way of a write and of an act, at which a test build can be told to die:
// GENISYS_FAIL_POINT=created:2 in the environment ends the process by SIGKILL when it passes
// `created` for the second time, as a power cut or the kernel would: nothing is flushed, closed or
// answered. Without `:n` it is the first time. A name that is none ends the program with code 2.
//
// Only in builds with the CMake option GENISYS_FAIL_POINTS. In all others pass() is nothing, and
// nothing of this is in the program. Lives in state because the first to be killed are its writes,
// and because whoever acts on the engine knows state.
//
// Any thread.
#pragma once

#include <cstddef>

namespace genisys::state {

// All that there are: tests walk this list, so that no point goes untried.
//   the start            migrating: a step ran and is not committed; importing: service files are
//                        read and not recorded
//   a batch of writes    batched: it is put together; committing, committed: around the commit
//                        itself, on the writer's thread; durable: before anybody is told
//   what was learnt      remembering, remembered
//   engine calls         each before its call and after the answer. preparing makes a network or
//                        volume, unmaking removes those of a service that goes
//   records of acts      unmade: before the service is forgotten; forgotten; …
#define GENISYS_EACH_FAIL_POINT(point)                                                           \
  point(migrating) point(migrated) point(reserving_indexes) point(indexes_reserved)              \
      point(importing) point(imported) point(batched) point(committing) point(committed)         \
          point(durable) point(remembering) point(remembered) point(publishing) point(published) \
              point(creating) point(created) point(joining) point(joined) point(starting)        \
                  point(started) point(stopping) point(stopped) point(removing) point(removed)   \
                      point(examining) point(examined) point(pulling) point(pulled)              \
                          point(preparing) point(prepared) point(unmaking) point(unmade)         \
                              point(forgotten) point(marking_stable) point(marked_stable)        \
                                  point(rolling_back) point(rolled_back)

enum class FailPoint : std::size_t {
#define GENISYS_FAIL_POINT_ENUMERATOR(name) name,
  GENISYS_EACH_FAIL_POINT(GENISYS_FAIL_POINT_ENUMERATOR)
#undef GENISYS_FAIL_POINT_ENUMERATOR
};

#ifdef GENISYS_FAIL_POINTS
void pass(FailPoint point);
#else
inline void pass(FailPoint) {}
#endif

}  // namespace genisys::state
