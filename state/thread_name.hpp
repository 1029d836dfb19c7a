// What a thread is called in `top -H`, in a debugger and in /proc/<pid>/task/<tid>/comm.
#pragma once

#include <pthread.h>

namespace genisys::state {

// Of the thread that calls it; at most 15 characters.
inline void name_this_thread(const char* name) { ::pthread_setname_np(::pthread_self(), name); }

}  // namespace genisys::state
