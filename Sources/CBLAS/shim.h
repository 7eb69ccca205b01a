#pragma once
#include <cblas.h>

// Row-major products with plain integers, so that callers need no CBLAS enumerations.

/// c = alpha · op(a) · op(b) + beta · c;  op(a): [m × k], op(b): [k × n], c: [m × n].
static inline void spk_sgemm(
    int transpose_a, int transpose_b, int m, int n, int k, float alpha, const float *a, int lda, const float *b, int ldb, float beta,
    float *c, int ldc) {
  cblas_sgemm(
      CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans, transpose_b ? CblasTrans : CblasNoTrans, m, n, k, alpha, a, lda, b, ldb,
      beta, c, ldc);
}

/// The same in double precision.
static inline void spk_dgemm(
    int transpose_a, int transpose_b, int m, int n, int k, double alpha, const double *a, int lda, const double *b, int ldb, double beta,
    double *c, int ldc) {
  cblas_dgemm(
      CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans, transpose_b ? CblasTrans : CblasNoTrans, m, n, k, alpha, a, lda, b, ldb,
      beta, c, ldc);
}

/// y = alpha · op(a) · x + beta · y;  a: [m × n].
static inline void spk_sgemv(
    int transpose, int m, int n, float alpha, const float *a, int lda, const float *x, float beta, float *y) {
  cblas_sgemv(CblasRowMajor, transpose ? CblasTrans : CblasNoTrans, m, n, alpha, a, lda, x, 1, beta, y, 1);
}

/// The same in double precision.
static inline void spk_dgemv(
    int transpose, int m, int n, double alpha, const double *a, int lda, const double *x, double beta, double *y) {
  cblas_dgemv(CblasRowMajor, transpose ? CblasTrans : CblasNoTrans, m, n, alpha, a, lda, x, 1, beta, y, 1);
}

/// Threads that the products use from now on, in the whole process.
static inline void spk_blas_threads(int count) { openblas_set_num_threads(count); }

/// The inverse of a matrix in place, a: [n × n], by LU decomposition with partial pivoting (LAPACK's getrf and getri, which OpenBLAS has).
/// pivots: n integers; work: n · n numbers. Returns 0, or the number of the pivot that is 0.
static inline int spk_dinverse(int n, double *a, int *pivots, double *work) {
  extern void dgetrf_(const int *, const int *, double *, const int *, int *, int *);
  extern void dgetri_(const int *, double *, const int *, const int *, double *, const int *, int *);
  int info = 0, size = n * n;
  dgetrf_(&n, &n, a, &n, pivots, &info);
  if (info == 0) dgetri_(&n, a, &n, pivots, work, &size, &info);
  return info;
}
