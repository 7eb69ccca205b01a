/// A layer that learns by contrastive, local and predictive plasticity (Illing et al. 2021, NeurIPS 34, arXiv 2010.08262).
///
/// With c = max(0, W x_past + b), z = max(0, W x_now + b) and y = +1 when both come from one sample (fixation), else -1 (saccade):
///
///     u = zᵀ P c,  loss = max(0, 1 - y u),  g = y where 1 - y u > 0, else 0
///     ΔW = g (P c) 1[a_now > 0] x_nowᵀ + g' back 1[a_past > 0] x_pastᵀ,  ΔP = g z cᵀ
///     with the transposed way back:  back = Pᵀ z, g' = g
///     with a way back of its own:    back = R z, g' the gate of u' = cᵀ R z, ΔR = g' c zᵀ
package struct CLAPPLayer: Hashable, Sendable {
    package let inputs: Int
    package let outputs: Int
    /// W, [outputs × inputs].
    package var weights: [Double]
    /// b, not learnt.
    package var biases: [Double]
    /// P, [outputs × outputs].
    package var prediction: [Double]
    /// R, [outputs × outputs]; nil: the transposed P.
    package var retrodiction: [Double]?

    package init(inputs: Int, outputs: Int, weights: [Double], biases: [Double]? = nil, prediction: [Double], retrodiction: [Double]?) {
        self.inputs = inputs
        self.outputs = outputs
        self.weights = weights
        self.biases = biases ?? [Double](repeating: 0, count: outputs)
        self.prediction = prediction
        self.retrodiction = retrodiction
    }

    /// Two rows of a batch, one of which is to be predicted from the other.
    package struct Pair: Hashable, Sendable {
        package var past: Int
        package var now: Int
        package var isFixation: Bool
        /// Of its loss.
        package var weight: Double

        package init(past: Int, now: Int, isFixation: Bool, weight: Double = 1) {
            self.past = past
            self.now = now
            self.isFixation = isFixation
            self.weight = weight
        }
    }

    /// What a batch asks for; W moves by rate · ΔW.
    package struct Update: Hashable, Sendable {
        package var loss = 0.0
        /// u, and u' where the way back is its own, of each pair.
        package var scores: [Double] = []
        package var retroScores: [Double] = []
        package var weights: [Double]
        package var prediction: [Double]
        package var retrodiction: [Double]?
    }

    /// max(0, W x + b), [rows × outputs].
    package func respond(_ inputs: [Double], rows: Int) -> [Double] {
        var a = [Double](repeating: 0, count: rows * outputs)
        for row in 0..<rows { for n in 0..<outputs { a[row * outputs + n] = biases[n] } }
        Matrices.addProduct(
            m: rows, n: outputs, k: self.inputs, inputs, width: self.inputs, transposed: weights, width: self.inputs, to: &a)
        a.withUnsafeMutableBufferPointer { a in for i in a.indices where a[i] < 0 { a[i] = 0 } }
        return a
    }

    /// - Parameters:
    ///   - inputs: x, [rows × inputs].
    ///   - responses: what `respond` makes of them.
    package func update(_ inputs: [Double], _ responses: [Double], rows: Int, _ pairs: [Pair]) -> Update {
        let width = outputs
        func product(_ matrix: [Double], transposed: Bool) -> [Double] {
            var result = [Double](repeating: 0, count: rows * width)
            if transposed {
                Matrices.addProduct(m: rows, n: width, k: width, responses, width: width, transposed: matrix, width: width, to: &result)
            } else {
                Matrices.addProduct(m: rows, n: width, k: width, responses, width: width, matrix, width: width, to: &result)
            }
            return result
        }
        // P c and the way back of every row; which rows are past and which now, the pairs say.
        let forward = product(prediction, transposed: true)
        let back = retrodiction.map { product($0, transposed: true) } ?? product(prediction, transposed: false)
        var delta = [Double](repeating: 0, count: rows * width)
        // Σ g z at the past's row, and Σ g' c at the present's.
        var gated = delta
        var retroGated = retrodiction == nil ? [] : delta
        var update = Update(weights: [], prediction: [], retrodiction: nil)
        for pair in pairs {
            let (past, now) = (pair.past * width, pair.now * width)
            let y = pair.isFixation ? 1.0 : -1.0
            var score = 0.0
            for n in 0..<width { score += responses[now + n] * forward[past + n] }
            update.scores.append(score)
            update.loss += pair.weight * max(0, 1 - y * score)
            let gate = 1 - y * score > 0 ? y * pair.weight : 0
            var retroGate = gate
            if retrodiction != nil {
                var retroScore = 0.0
                for n in 0..<width { retroScore += responses[past + n] * back[now + n] }
                update.retroScores.append(retroScore)
                retroGate = 1 - y * retroScore > 0 ? y * pair.weight : 0
            }
            if gate != 0 {
                for n in 0..<width {
                    gated[past + n] += gate * responses[now + n]
                    if responses[now + n] > 0 { delta[now + n] += gate * forward[past + n] }
                }
            }
            if retroGate != 0 {
                for n in 0..<width where responses[past + n] > 0 { delta[past + n] += retroGate * back[now + n] }
                if retrodiction != nil { for n in 0..<width { retroGated[now + n] += retroGate * responses[past + n] } }
            }
        }
        func outer(_ left: [Double], _ right: [Double], _ columns: Int) -> [Double] {
            var result = [Double](repeating: 0, count: width * columns)
            Matrices.addProduct(m: width, n: columns, k: rows, columns: left, width: width, right, width: columns, to: &result)
            return result
        }
        update.weights = outer(delta, inputs, self.inputs)
        update.prediction = outer(gated, responses, width)
        if retrodiction != nil { update.retrodiction = outer(retroGated, responses, width) }
        return update
    }
}
