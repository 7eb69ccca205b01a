/// One layer or network of spike times in double precision, with everything that can be checked from outside.
package enum SpikeTimeProbe {
    /// What one layer does in one sample.
    package struct Layer {
        /// In τ_s; infinity: silent. [neuron].
        package var times: [Double]
        /// ∂T/∂w and ∂T/∂t, [input][neuron].
        package var byWeight: [[Double]]
        package var byTime: [[Double]]
        /// Inputs of the causal set by time, [neuron].
        package var causal: [[Int]]
    }

    /// - Parameter weights: [input][neuron].
    package static func layer(
        _ form: SpikeTimeForm, threshold: Double = 1, times: [Double], weights: [[Double]]
    ) -> Layer {
        let neurons = weights.first?.count ?? 0
        let kernel = SpikeTimeLayer<Double>(inputs: weights.count, neurons: neurons, form: form, c: form.leak * threshold)
        let table = Slab<Double>(kernel.size)
        for i in weights.indices { for n in 0..<neurons { table.pointer[kernel.place(i, n)] = weights[i][n] } }
        let sorted = SortedInputs<Double>(capacity: weights.count)
        times.withUnsafeBufferPointer { sorted.load($0, form: form) }
        let memory = LayerMemory<Double>(neurons: kernel.padded, inputs: weights.count, samples: 1)
        let answers = memory.answers(0)
        for block in 0..<kernel.blocks { kernel.run(block, sorted, weights: table.pointer, horizon: .infinity, into: answers) }
        let zeros = weights.map { $0.map { _ in 0.0 } }
        var layer = Layer(times: (0..<neurons).map { answers.times[$0] }, byWeight: zeros, byTime: zeros, causal: [])
        for n in 0..<neurons {
            let inputs = (0..<Int(answers.ranks[n])).map { Int(sorted.inputs[$0].number) }
            layer.causal.append(inputs)
            for (k, i) in inputs.enumerated() {
                layer.byWeight[i][n] = answers.p[n] * sorted.u[k] - answers.q[n] * sorted.v[k]
                layer.byTime[i][n] = weights[i][n] * (answers.r[n] * sorted.u[k] - answers.s[n] * sorted.v[k])
            }
        }
        return layer
    }

    /// What a network makes of a batch.
    package struct Batch {
        /// Mean per sample.
        package var loss: Double
        /// Nil: all silent.
        package var answers: [Int?]
        /// As `SpikeTimePlan.place` numbers it.
        package var gradient: [Double]
        /// [layer][sample][neuron].
        package var times: [[[Double]]]
    }

    /// - Parameter given: [sample][input], in τ_s.
    package static func batch(
        _ plan: SpikeTimePlan, parameters: [Double], given: [[Double]], labels: [Int], loss: SpikeTimeLoss, largest: Double = .infinity
    ) -> Batch {
        let chunk = SpikeTimeChunk<Double>(plan, capacity: given.count)
        chunk.given = given.flatMap { $0 }
        chunk.labels = labels
        let weights = Slab(parameters)
        chunk.run(given.count, weights: weights.pointer, loss: loss, scale: 1 / Double(given.count), largest: largest)
        return Batch(
            loss: chunk.loss / Double(given.count), answers: chunk.answers, gradient: chunk.gradient.values,
            times: plan.layers.indices.map { layer in given.indices.map { Array(chunk.times(layer, sample: $0)) } })
    }
}
