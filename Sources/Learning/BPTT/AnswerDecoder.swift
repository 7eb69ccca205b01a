import Networks

/// The answer of a readout, as `Readout` states it: the index of the largest score, the lowest on a tie.
struct AnswerDecoder: Sendable {
    var decode: Readout.Decode
    var skip: Int

    func answer<Real: TrainingScalar>(_ state: PopulationState<Real>, sample: Int, rest: [Double]) -> Int {
        let scores: [Double]
        switch decode {
        case .spikeCount: scores = loss(.spikeCount).scores(state, sample: sample, rest: rest).values
        case .maximalMembrane: scores = loss(.maximalMembrane).scores(state, sample: sample, rest: rest).values
        case .meanMembrane: scores = loss(.meanMembrane).scores(state, sample: sample, rest: rest).values
        case .firstSpike:
            var first = [Double](repeating: -Double(state.steps) - 1, count: state.size)
            for step in stride(from: state.steps - 1, through: skip, by: -1) {
                for n in 0..<state.size where state.output.pointer[state.row(step, sample) + n] > 0 { first[n] = -Double(step) }
            }
            scores = first
        }
        var best = 0
        for n in scores.indices where scores[n] > scores[best] { best = n }
        return best
    }

    private func loss(_ signal: Loss.Signal) -> Loss { Loss(form: .crossEntropy(scale: 1), signal: signal, skip: skip) }
}
