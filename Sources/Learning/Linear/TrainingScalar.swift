import CBLAS

/// What training computes in: `Float` for speed, `Double` for gradient checks.
package protocol TrainingScalar: BinaryFloatingPoint, SIMDScalar, Codable, Sendable {
    /// C += op(A) · op(B) over row-major matrices: op(A) is [m × k], op(B) [k × n], C [m × n] with rows of n elements.
    static func addProduct(
        _ transposeA: Bool, _ transposeB: Bool, m: Int, n: Int, k: Int, a: UnsafePointer<Self>, b: UnsafePointer<Self>,
        c: UnsafeMutablePointer<Self>)
}

extension Float: TrainingScalar {
    package static func addProduct(
        _ transposeA: Bool, _ transposeB: Bool, m: Int, n: Int, k: Int, a: UnsafePointer<Float>, b: UnsafePointer<Float>,
        c: UnsafeMutablePointer<Float>
    ) {
        guard m > 0, n > 0, k > 0 else { return }
        spk_sgemm(
            transposeA ? 1 : 0, transposeB ? 1 : 0, Int32(m), Int32(n), Int32(k), 1, a, Int32(transposeA ? m : k), b,
            Int32(transposeB ? k : n), 1, c, Int32(n))
    }
}

extension Double: TrainingScalar {
    package static func addProduct(
        _ transposeA: Bool, _ transposeB: Bool, m: Int, n: Int, k: Int, a: UnsafePointer<Double>, b: UnsafePointer<Double>,
        c: UnsafeMutablePointer<Double>
    ) {
        guard m > 0, n > 0, k > 0 else { return }
        spk_dgemm(
            transposeA ? 1 : 0, transposeB ? 1 : 0, Int32(m), Int32(n), Int32(k), 1, a, Int32(transposeA ? m : k), b,
            Int32(transposeB ? k : n), 1, c, Int32(n))
    }
}

/// One thread per call: parallelism is over samples, and a sum must not depend on how many threads share it.
func useSingleThreadedBLAS() { spk_blas_threads(1) }
