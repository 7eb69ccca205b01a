/// Carries activity through a projection, forward and back, for a chunk of samples.
///
/// Dense projections of spikes add the rows of those that spiked; dense projections of values, and all ways back to the presynaptic
/// side, go through the BLAS; other connectors walk their compressed rows. A spike of step t arrives in step t + delay; what would
/// arrive behind the end is dropped.
struct Synapses<Real: TrainingScalar> {
    let plan: TrainingPlan.ProjectionPlan
    let parts: [WeightSet<Real>.Part]
    let pre: PopulationState<Real>
    let post: PopulationState<Real>
    /// Whether the outputs of `pre` are spikes that are listed in `pre.events`.
    let usesEvents: Bool

    private var samples: Int { pre.samples }

    /// Adds to the arrivals of `post` what the output of `pre` in `steps` sends.
    func forward(_ steps: Range<Int>) {
        switch plan.form {
        case .dense(let delay, _):
            let last = min(steps.upperBound, pre.steps - delay)
            guard steps.lowerBound < last else { return }
            for part in parts {
                let arrivals = post.arrivals[part.channel].pointer + post.row(steps.lowerBound + delay, 0)
                if usesEvents {
                    addEvents(steps.lowerBound * samples..<last * samples, part.weights.pointer, to: arrivals)
                } else {
                    Real.addProduct(
                        false, false, m: (last - steps.lowerBound) * samples, n: post.size, k: pre.size,
                        a: pre.output.pointer + pre.row(steps.lowerBound, 0), b: part.weights.pointer, c: arrivals)
                }
            }
        case .compressed(let rows):
            for part in parts { forward(steps, rows, part) }
        }
    }

    private func addEvents(_ rows: Range<Int>, _ weights: UnsafePointer<Real>, to arrivals: UnsafeMutablePointer<Real>) {
        pre.events.neurons.withUnsafeBufferPointer { neurons in
            guard let base = neurons.baseAddress else { return }
            for row in rows {
                addRows(
                    base + Int(pre.events.starts[row]), count: Int(pre.events.counts[row]), of: weights, width: post.size,
                    to: arrivals + (row - rows.lowerBound) * post.size)
            }
        }
    }

    private func forward(_ steps: Range<Int>, _ rows: CompressedRows, _ part: WeightSet<Real>.Part) {
        let weights = part.weights.pointer
        let arrivals = post.arrivals[part.channel].pointer
        for step in steps {
            for sample in 0..<samples {
                let output = pre.output.pointer + pre.row(step, sample)
                for source in 0..<pre.size where output[source] != 0 {
                    let z = output[source]
                    for s in Int(rows.offsets[source])..<Int(rows.offsets[source + 1]) {
                        let arrival = step + Int(rows.delays[s])
                        if arrival < pre.steps { arrivals[post.row(arrival, sample) + Int(rows.targets[s])] += z * weights[s] }
                    }
                }
            }
        }
    }

    /// Adds to dE/d output of `pre` in `steps` what dE/d arrivals of `post` says.
    func backward(_ steps: Range<Int>) {
        switch plan.form {
        case .dense(let delay, _):
            let last = min(steps.upperBound, pre.steps - delay)
            guard steps.lowerBound < last else { return }
            for part in parts {
                Real.addProduct(
                    false, true, m: (last - steps.lowerBound) * samples, n: pre.size, k: post.size,
                    a: gradient(part) + post.row(steps.lowerBound + delay, 0), b: part.weights.pointer,
                    c: pre.gradient.pointer + pre.row(steps.lowerBound, 0))
            }
        case .compressed(let rows):
            for part in parts {
                let weights = part.weights.pointer
                let arrivals = gradient(part)
                for step in steps {
                    for sample in 0..<samples {
                        let output = pre.gradient.pointer + pre.row(step, sample)
                        for source in 0..<pre.size {
                            var sum: Real = 0
                            for s in Int(rows.offsets[source])..<Int(rows.offsets[source + 1]) {
                                let arrival = step + Int(rows.delays[s])
                                if arrival < pre.steps { sum += arrivals[post.row(arrival, sample) + Int(rows.targets[s])] * weights[s] }
                            }
                            output[source] += sum
                        }
                    }
                }
            }
        }
    }

    /// Adds dE/d weights of the whole chunk to `weightGradient`, [parameters of the projection].
    func differentiateWeights(_ weightGradient: UnsafeMutablePointer<Real>, _ columns: inout EventColumns) {
        switch plan.form {
        case .dense(let delay, let skipsSelf):
            guard delay < pre.steps else { return }
            if parts.count == 1 {
                differentiateDense(delay, parts[0], weightGradient, &columns)
            } else {
                // Each channel's gradient counts for the weights of its sign.
                for part in parts {
                    let whole = Slab<Real>(part.weights.count)
                    differentiateDense(delay, part, whole.pointer, &columns)
                    for s in 0..<whole.count where belongs(s, part) { weightGradient[s] += whole.pointer[s] }
                }
            }
            if skipsSelf { for n in 0..<post.size { weightGradient[n * post.size + n] = 0 } }
        case .compressed(let rows):
            for part in parts { differentiate(rows, part, weightGradient) }
        }
    }

    /// Whether a synapse acts through `part`: by its sign, a weight of 0 being excitatory.
    @inline(__always)
    private func belongs(_ synapse: Int, _ part: WeightSet<Real>.Part) -> Bool {
        parts.count == 1 || (parts[1].weights.pointer[synapse] < 0) == (part.channel == 1)
    }

    private func differentiateDense(
        _ delay: Int, _ part: WeightSet<Real>.Part, _ target: UnsafeMutablePointer<Real>, _ columns: inout EventColumns
    ) {
        let arrivals = gradient(part)
        if usesEvents {
            columns.transpose(pre.events, neurons: pre.size, shift: delay * samples, limit: pre.steps * samples)
            columns.rows.withUnsafeBufferPointer { rows in
                guard let base = rows.baseAddress else { return }
                for source in 0..<pre.size {
                    let start = Int(columns.starts[source])
                    addRows(
                        base + start, count: Int(columns.starts[source + 1]) - start, of: arrivals, width: post.size,
                        to: target + source * post.size)
                }
            }
        } else {
            Real.addProduct(
                true, false, m: pre.size, n: post.size, k: (pre.steps - delay) * samples, a: pre.output.pointer,
                b: arrivals + post.row(delay, 0), c: target)
        }
    }

    private func differentiate(_ rows: CompressedRows, _ part: WeightSet<Real>.Part, _ target: UnsafeMutablePointer<Real>) {
        let arrivals = gradient(part)
        for step in 0..<pre.steps {
            for sample in 0..<samples {
                let output = pre.output.pointer + pre.row(step, sample)
                for source in 0..<pre.size where output[source] != 0 {
                    let z = output[source]
                    for s in Int(rows.offsets[source])..<Int(rows.offsets[source + 1]) {
                        let arrival = step + Int(rows.delays[s])
                        guard arrival < pre.steps, belongs(s, part) else { continue }
                        target[Int(rows.parameters[s])] += z * arrivals[post.row(arrival, sample) + Int(rows.targets[s])]
                    }
                }
            }
        }
    }

    private func gradient(_ part: WeightSet<Real>.Part) -> UnsafeMutablePointer<Real> {
        (part.channel == 0 ? post.gradient : post.secondGradient ?? post.gradient).pointer
    }
}
