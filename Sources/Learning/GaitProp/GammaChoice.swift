/// Which gamma a number format can carry: measured on a batch, not assumed.
///
/// Targets differ from activities by gamma per layer. In 64-bit numbers 10⁻³ is fine; in 16 bits it falls below the last place after one
/// layer, and what is left of the update is rounding noise, multiplied by gamma^-(L-l). A larger gamma costs exactness only where a
/// target crosses a unit's kink.
package struct GammaChoice: Hashable, Sendable {
    package struct Row: Hashable, Sendable {
        package var gamma: Double
        /// Of each layer's update to backpropagation's.
        package var cosines: [Double]
        package var least: Double { cosines.min() ?? 0 }
    }

    /// Descending from the largest.
    package static let candidates = [1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001]
    /// Below this a layer learns from noise more than from its error.
    package static let workable = 0.9

    package var rows: [Row]

    /// - Parameter asked: measured too.
    package init(_ learner: RateLearner, _ propagation: TargetPropagation, asked: Double, input: [Double], labels: [Int]) {
        let all = (Self.candidates + (asked > 0 && !Self.candidates.contains(asked) ? [asked] : [])).sorted(by: >)
        rows = all.map { gamma in
            var tried = propagation
            tried.gamma = gamma
            return Row(gamma: gamma, cosines: learner.cosines(.targets(tried), input, labels: labels) ?? [])
        }
    }

    /// The gamma whose worst layer agrees best; of equals (to 1e-4) the smallest, which crosses the fewest kinks.
    package var best: Row? {
        guard let highest = rows.map(\.least).max() else { return nil }
        return rows.last { $0.least >= highest - 1e-4 }
    }

    package func row(_ gamma: Double) -> Row? { rows.first { $0.gamma == gamma } }
}
