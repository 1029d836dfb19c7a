// Compose files laid over one another: `docker-compose -f a -f b`.
//
// Pure. Any thread.
#pragma once

#include "state/value.hpp"

namespace genisys::state::compose {

// What `base` and `over`, two whole Compose files, say together. Maps are merged, lists added to
// without repeating what is there, anything else is replaced. What Compose treats in another way:
//   command, entrypoint and healthcheck's test are replaced;
//   environment, labels and other pairs are merged by name, whether written as a map or a list, and
//   so are networks and depends_on;
//   volumes and devices are replaced where they are for the same place in the container;
//   logging is replaced when the driver is another.
// A null says nothing. Every value keeps its place; what is wrong is left for those who decode it.
Value merge(Value base, Value over);

}  // namespace genisys::state::compose
