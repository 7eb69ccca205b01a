#pragma once
// No system header that declares types is included: it would make this module the owner of types that Foundation exports.
#if defined(__linux__)
#include <sys/syscall.h>
extern long syscall(long number, ...);
#elif defined(__APPLE__)
extern int renamex_np(const char *, const char *, unsigned);
#endif

/// Swaps two paths in one step (renameat2(2) with RENAME_EXCHANGE); 0, or -1 with errno.
static inline int spk_exchange(const char *one, const char *other) {
#if defined(__linux__)
  const int here = -100;  // AT_FDCWD
  return (int)syscall(SYS_renameat2, here, one, here, other, 2U);
#elif defined(__APPLE__)
  return renamex_np(one, other, 2U);
#else
  return -1;
#endif
}
