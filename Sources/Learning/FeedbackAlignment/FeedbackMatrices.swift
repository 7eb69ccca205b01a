/// Errors that come down through fixed random weights instead of the transposed ones.
///
///     feedback alignment:  d_l = (B_l d_{l+1}) · f'     (Lillicrap et al. 2016, Nature Communications 7:13276)
///     direct:              d_l = (B_l e) · f', e = dE/dy_L   (Nøkland 2016, arXiv 1609.01596)
package struct FeedbackMatrices: Hashable, Sendable {
    /// Whether every layer sees the output error itself.
    package var isDirect: Bool
    /// One for each layer but the last: [passed × outputs of the layer above], or direct: [passed × answers].
    package var matrices: [[Double]]

    package init(isDirect: Bool, matrices: [[Double]]) {
        self.isDirect = isDirect
        self.matrices = matrices
    }

    /// - Parameter error: dE/dy of the last layer, [samples × outputs].
    package func gradient(_ stack: RateLayers, _ activity: RateActivity, error: [Double]) -> RateGradient {
        let last = stack.layers[stack.layers.count - 1]
        return stack.carried(activity, error) { l, delta in
            let width = isDirect ? last.outputs : stack.layers[l + 1].outputs
            var back = [Double](repeating: 0, count: activity.samples * stack.layers[l].passed)
            Matrices.addProduct(
                m: activity.samples, n: stack.layers[l].passed, k: width, isDirect ? error : delta, width: width,
                transposed: matrices[l], width: width, to: &back)
            return back
        }
    }
}
