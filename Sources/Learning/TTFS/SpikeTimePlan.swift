/// A feed-forward network of neurons that spike at most once, in units of τ_s: what the loops of `ttfs` run over.
package struct SpikeTimePlan: Hashable, Sendable {
    /// Where inputs of a layer come from.
    package enum Origin: Hashable, Sendable {
        /// The sample's encoded times.
        case sample
        /// The same times in every sample: bias spikes.
        case fixed([Double])
        /// The spikes of an earlier layer.
        case layer(Int)
    }

    package struct Source: Hashable, Sendable {
        package var origin: Origin
        package var count: Int

        package init(_ origin: Origin, count: Int) {
            self.origin = origin
            self.count = count
        }
    }

    package struct Layer: Hashable, Sendable {
        /// Their neurons, one source after the other, are the layer's inputs.
        package var sources: [Source]
        package var neurons: Int

        package init(_ sources: [Source], neurons: Int) {
            self.sources = sources
            self.neurons = neurons
        }

        package var inputs: Int { sources.reduce(0) { $0 + $1.count } }
    }

    package var form: SpikeTimeForm
    /// In units of C and τ_s; the leak potential is 0.
    package var threshold: Double
    /// In order; the last is read out.
    package var layers: [Layer]
    /// Numbers of an encoded sample.
    package var sampleSize: Int
    /// Later spikes are not seen.
    package var horizon: Double

    package init(_ form: SpikeTimeForm, threshold: Double = 1, layers: [Layer], sampleSize: Int, horizon: Double = .infinity) {
        self.form = form
        self.threshold = threshold
        self.layers = layers
        self.sampleSize = sampleSize
        self.horizon = horizon
    }

    func kernel<Real>(_ layer: Int, _: Real.Type) -> SpikeTimeLayer<Real> {
        SpikeTimeLayer(inputs: layers[layer].inputs, neurons: layers[layer].neurons, form: form, c: form.leak * threshold)
    }

    /// Where the table of each layer stands in a vector of all parameters.
    package var tables: [Range<Int>] {
        var start = 0
        return layers.indices.map { layer in
            let size = kernel(layer, Float.self).size
            defer { start += size }
            return start..<start + size
        }
    }

    package var parameterCount: Int { tables.last?.upperBound ?? 0 }

    /// The place of a weight in the vector of all parameters.
    package func place(_ layer: Int, input: Int, neuron: Int) -> Int {
        tables[layer].lowerBound + kernel(layer, Float.self).place(input, neuron)
    }
}
