import Diagnostics
import FrontEnd
import Networks
import Numerics
import Simulation

extension RateConversion {
    /// The value of each population that stands for one spike per step: the percentile of its activations over the peak rate for rate
    /// units, the encoder's gain over the input's rate for the input, 1 for all others; and the lift of a readout that spikes.
    ///
    /// Without samples, an upper bound: what the positive weights can add up to (model-based normalisation, Diehl et al. 2015).
    func activationScales(of network: Network) throws(DiagnosticsError) -> (scales: [Double], lift: Double) {
        var scales = [Double](repeating: 1, count: network.populations.count)
        if let task = network.task, case .direct(let gain) = task.encoder, input == .spikes, gain > 0 {
            scales[task.input.index] = gain / inputRate
        }
        let units = network.populations.ids.filter { network.populations[$0].cell.neuron?.kind == .rate }
        guard let samples, samples.count > 0 else { return (bounds(of: units, in: network, scales), 0) }
        let measured = try activations(of: units, in: network, samples)
        let isGraded = self.units == .graded
        let percentile = scalePercentile
        let peak = isGraded ? 1 : peakRate
        var lift = 0.0
        for (id, values) in zip(units, measured) {
            var values = values
            let isReadout = network.readout?.population == id
            if isReadout, output == .spikes {
                lift = Self.lift(of: values, size: network.populations[id].size)
                values = values.map { max(0, $0 + lift) }
            }
            // Scores of a readout that integrates may be negative: what counts is their size.
            let sizes = values.map(abs).sorted()
            let place = Int((percentile * Double(sizes.count - 1)).rounded())
            let scale = sizes.isEmpty ? 0 : sizes[min(max(place, 0), sizes.count - 1)]
            scales[id.index] = (scale > 0 ? scale : 1) / (isReadout && output == .membrane ? 1 : peak)
        }
        return (scales, lift)
    }

    /// Part of the activations that the scale is to cover.
    var scalePercentile: Double { percentile ?? (units == .graded ? 1 : 0.999) }

    /// Spikes per step at the percentile.
    var peakRate: Double { peak ?? (style.reset == .toValue ? Self.slowPeak : 1) }

    /// Spikes per step where a spike sets the membrane back.
    private static let slowPeak = 0.5

    /// What makes the largest score of every sample at least a tenth of the largest of all; 0 where it is.
    /// - Parameter scores: [samples × size].
    private static func lift(of scores: [Double], size: Int) -> Double {
        let tops = stride(from: 0, to: scores.count, by: max(size, 1)).map { scores[$0..<min(scores.count, $0 + size)].max() ?? 0 }
        guard let highest = tops.max(), let lowest = tops.min() else { return 0 }
        return max(0, 0.1 * abs(highest) - lowest)
    }

    /// What each unit's input comes to at the end of a sample, over evenly spread samples; by population.
    private func activations(
        of units: [ID<Population>], in network: Network, _ samples: DataSamples
    ) throws(DiagnosticsError) -> [[Double]] {
        let steps = network.task?.steps ?? network.steps
        let engine = try ReferenceEngine<Double>(network)
        var encoder = StimulusEncoder(network, steps: steps)
        let names = units.map { network.populations[$0].name }
        let request = RecordingRequest(membranes: Set(names))
        var values = [[Double]](repeating: [], count: units.count)
        let count = min(calibration, samples.count)
        for k in 0..<count {
            engine.reset()
            let recording = try engine.run(encoder.stimulus(samples, k * samples.count / count), steps: steps, record: request)
            for (index, id) in units.enumerated() {
                let size = network.populations[id].size
                guard let membranes = recording.membranes[names[index]] else { continue }
                let isReadout = network.readout?.population == id
                let slopes = self.units == .graded ? network.dynamics(of: id)?.negativeSlope : nil
                for (neuron, value) in membranes.suffix(size).enumerated() {
                    let below = slopes.map { $0[neuron] * value } ?? 0
                    values[index].append(isReadout ? value : value > 0 ? value : below)
                }
            }
        }
        return values
    }

    /// The largest input of any unit, when each source is at its scale.
    private func bounds(of units: [ID<Population>], in network: Network, _ given: [Double]) -> [Double] {
        var scales = given
        // Populations in the order of signal flow come out right in as many rounds as there are layers.
        for _ in units {
            for id in units {
                let dynamics = network.dynamics(of: id)
                // Values below 0 are sent too: what counts is their size.
                let isSigned = self.units == .graded && (dynamics?.negativeSlope.contains { $0 != 0 } ?? false)
                var sums = dynamics?.drive ?? []
                if isSigned { sums = sums.map(abs) }
                for projection in network.projections.ids where network.projections[projection].post == id {
                    let rows = SynapseRows(projection, of: network)
                    let source = scales[network.projections[projection].pre.index]
                    var row = SynapseRow()
                    for neuron in 0..<rows.sourceCount {
                        rows.read(neuron, into: &row)
                        for k in 0..<row.count {
                            let weight = Double(row.weights[k])
                            sums[Int(row.targets[k])] += (isSigned ? abs(weight) : max(0, weight)) * source
                        }
                    }
                }
                let bound = sums.max() ?? 0
                scales[id.index] = bound > 0 ? bound : 1
            }
        }
        return scales
    }
}

extension Network {
    /// A projection with every weight times `factor`. Rules that draw weights become the weights that they draw.
    func scaled(_ id: ID<Projection>, by factor: Double) -> Projection {
        var projection = projections[id]
        guard factor != 1 else { return projection }
        switch projection.weight {
        case .constant(let value): projection.weight = .constant(value * factor)
        case .tensor(let tensor):
            projection.weight = .tensor(Tensor(shape: tensor.shape, values: tensor.values.map { Float(Double($0) * factor) }))
        case .drawn:
            let rows = SynapseRows(id, of: self)
            if let weights = rows.denseWeights() {
                projection.weight = .tensor(
                    Tensor(shape: [rows.sourceCount, rows.targetCount], values: weights.map { Float(Double($0) * factor) }))
                return projection
            }
            return drawnScaled(projection, rows, by: factor)
        }
        return projection
    }

    private func drawnScaled(_ projection: Projection, _ rows: SynapseRows, by factor: Double) -> Projection {
        var scaled = projection
        var row = SynapseRow()
        if rows.structure == .local {
            // A kernel's entries are found where they are used.
            var kernel = [Float](repeating: 0, count: max(1, rows.parameterCount))
            for source in 0..<rows.sourceCount {
                rows.read(source, into: &row)
                for k in 0..<row.count where row.parameters[k] >= 0 {
                    kernel[Int(row.parameters[k])] = Float(Double(row.weights[k]) * factor)
                }
            }
            guard rows.parameterCount > 0 else { return projection }
            scaled.weight = .tensor(Tensor(shape: [kernel.count], values: kernel))
            return scaled
        }
        var pairs: [Connector.Pair] = []
        var weights: [Float] = []
        var delays: [Float] = []
        for source in 0..<rows.sourceCount {
            rows.read(source, into: &row)
            for k in 0..<row.count {
                let pair = Connector.Pair(source: Int32(source), target: row.targets[k])
                let weight = Float(Double(row.weights[k]) * factor)
                if pairs.last == pair, delays.last == Float(row.delays[k]) {
                    weights[weights.count - 1] += weight
                } else {
                    pairs.append(pair)
                    weights.append(weight)
                    delays.append(Float(row.delays[k]))
                }
            }
        }
        if projection.connector != .oneToOne { scaled.connector = .list(pairs) }
        scaled.weight = .tensor(Tensor(shape: [weights.count], values: weights))
        if rows.commonDelay == nil { scaled.delay = .tensor(Tensor(shape: [delays.count], values: delays)) }
        return scaled
    }
}
