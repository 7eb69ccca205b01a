/// The error of a readout in single precision, as the core that holds it computes it.
///
/// Classes, in the steps of a window: e_k = exp(y_k - max y), q_k = e_k / Σ e, error (q_k - [k = label]) · share; numbers: y - y*. Sums
/// go in the order of the classes; `exponential` is this project's choice (the chip's own is in fixed point).
package struct SinglePrecisionReadout {
    /// - Parameters:
    ///   - scores: y, [outputs]; overwritten.
    ///   - share: what a step of the window counts: one over its steps and over the windows of the trial.
    package static func classify(
        _ scores: UnsafeMutablePointer<Float>, outputs: Int, label: Int, share: Float, error: UnsafeMutablePointer<Float>
    ) {
        var largest = -Float.infinity
        for k in 0..<outputs { largest = max(largest, scores[k]) }
        var sum: Float = 0
        for k in 0..<outputs {
            scores[k] = exponential(scores[k] - largest)
            sum += scores[k]
        }
        for k in 0..<outputs { error[k] = (scores[k] / sum - (k == label ? 1 : 0)) * share }
    }

    /// e^x for x ≤ 0, to 2 units in the last place: x = n ln 2 + r, |r| ≤ ln 2 / 2, the Taylor polynomial of degree 7 in r by Horner's
    /// rule, times 2^n. Below -87 it is 0.
    package static func exponential(_ x: Float) -> Float {
        guard x > -87 else { return 0 }
        let n = (x * 1.442_695).rounded(.toNearestOrEven)
        // ln 2 in two parts, the first of few bits, so that the product with n is exact (Cody and Waite 1980).
        let r = (x - n * 0.693_359_375) - n * -2.121_944_4e-4
        var sum: Float = 1.0 / 5040
        for coefficient in [1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5, 1, 1] as [Float] { sum = sum * r + coefficient }
        return Float(sign: .plus, exponent: Int(n), significand: sum)
    }
}
