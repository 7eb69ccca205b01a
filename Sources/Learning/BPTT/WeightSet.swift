/// The weights that a forward pass uses, laid out as its loops read them; shared by all chunks of a batch.
final class WeightSet<Real: TrainingScalar>: Sendable {
    /// The part of a projection that feeds one channel.
    struct Part: Sendable {
        var channel: Int
        /// Dense: [pre × post]; compressed: one weight for each synapse.
        var weights: Slab<Real>
    }

    /// Parallel to the plan's projections.
    let parts: [[Part]]

    /// - Parameter parameters: the plan's parameter vector, lowered or not.
    init(_ plan: TrainingPlan, _ parameters: UnsafeBufferPointer<Real>) {
        parts = plan.projections.map { projection in
            let values = UnsafeBufferPointer(rebasing: parameters[projection.parameters])
            let weights: Slab<Real>
            switch projection.form {
            case .dense(_, let skipsSelf):
                weights = Slab(values.count)
                weights.pointer.update(from: values.baseAddress ?? UnsafePointer(weights.pointer), count: values.count)
                if skipsSelf {
                    let width = plan.populations[projection.post].size
                    for n in 0..<width { weights.pointer[n * width + n] = 0 }
                }
            case .compressed(let rows):
                weights = Slab(rows.parameters.count)
                for (s, parameter) in rows.parameters.enumerated() { weights.pointer[s] = values[Int(parameter)] }
            }
            guard projection.splitsBySign else { return [Part(channel: projection.channel, weights: weights)] }
            let excitatory = Slab<Real>(weights.count)
            let inhibitory = Slab<Real>(weights.count)
            for s in 0..<weights.count {
                let weight = weights.pointer[s]
                if weight >= 0 { excitatory.pointer[s] = weight } else { inhibitory.pointer[s] = weight }
            }
            return [Part(channel: 0, weights: excitatory), Part(channel: 1, weights: inhibitory)]
        }
    }
}
