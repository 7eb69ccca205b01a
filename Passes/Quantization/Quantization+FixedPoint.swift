import Chips
import Diagnostics
import Lowering
import Networks
import Numerics

extension Quantization {
    /// How the shift of a ring buffer is found when it is not given.
    public enum ShiftRule: String, CaseIterable, Hashable, Sendable {
        /// The least that holds the expected sum of sPyNNaker, or what can arrive at all where that is less.
        case expected
        /// sPyNNaker's, as it is.
        case sPyNNaker = "spynnaker"
    }

    /// For s16.15 with ring buffers: weights become 16-bit magnitudes with one shift for each receptor of a population, the cells words of
    /// the machine's memory.
    func quantizeToFixedPoint(_ network: Network, _ arithmetic: FixedPointArithmetic) throws(DiagnosticsError) -> QuantizedNetwork {
        try refuseUnknownWidth()
        var faults = DiagnosticCollector()
        refuseWhatFixedPointLacks(network, arithmetic, &faults)
        if faults.hasErrors { throw DiagnosticsError(faults.diagnostics, isRefusal: true) }
        let rules = try pairRules(of: network)
        let loads = network.projections.ids.map { id in
            let load = receptorLoad(of: id, in: network)
            return rules[id.index].map { load.learning(by: $0) } ?? load
        }
        refuseReceptorSigns(network, loads, &faults)
        var neurons: [QuantizedNeurons?] = []
        var synapses: [QuantizedSynapses?] = Array(repeating: nil, count: network.projections.count)
        for id in network.populations.ids {
            guard let model = network.populations[id].cell.neuron, let dynamics = network.dynamics(of: id),
                let cell = fixedPointCell(of: dynamics, timestep: network.timestep, arithmetic)
            else {
                neurons.append(nil)
                continue
            }
            let incoming = network.projections.ids.filter { network.projections[$0].post == id }
            var loading = [RingBufferLoad(), RingBufferLoad()]
            for projection in incoming {
                for receptor in loading.indices { loading[receptor].parts.append(loads[projection.index].parts[receptor]) }
            }
            var builder = FixedPointCellBuilder(
                cell: cell, dynamics: dynamics, model: model, timestep: network.timestep, arithmetic: arithmetic,
                isNormalized: network.populations[id].units == .normalized,
                random: Philox(seed: network.seed, purpose: "population/\(network.populations[id].name)"))
            let factor = cell == .conductanceExponential ? FixedPointArithmetic.conductanceFactor : 1
            let bounds = loading.map { bound(of: $0, arithmetic, timestep: network.timestep, factor: factor) }
            let scale = builder.potentialScale(bounds: bounds.map { $0 / factor })
            var shifts = bounds.map {
                ringBufferShift ?? RingBufferLoad.shift(for: (maximumSummedWeight.map { $0 * factor } ?? $0) * scale)
            }
            // A projection of both signs has one exponent.
            if incoming.contains(where: { loads[$0.index].hasBothReceptors }) {
                shifts = [Int](repeating: shifts.max() ?? 0, count: shifts.count)
            }
            let limits = chip.formats.weight.exponent
            shifts = shifts.map { min(max($0, limits.lowerBound), limits.upperBound) }
            let longest = incoming.map { loads[$0.index].longestDelay }.max() ?? 1
            let addedDelay = dynamics.order == .membraneFirst ? 1 : 0
            // A plastic row takes a delay of the whole ring buffer for one whose time is over.
            let isPlastic = incoming.contains { rules[$0.index] != nil }
            let stored = min(longest + addedDelay + (isPlastic ? 1 : 0), chip.formats.delay.upperBound)
            var words = builder.neurons(scale: scale, shifts: shifts, addedDelay: addedDelay, longestDelay: incoming.isEmpty ? 0 : stored)
            if let bad = builder.firstOutOfRange {
                faults.report(outOfRange(bad, network.populations[id]))
                words.words = words.words.map { _ in [Int32](repeating: 0, count: words.count) }
            }
            if isPlastic {
                words.plasticity = try plasticity(of: incoming.filter { rules[$0.index] != nil }, rules, words, in: network)
            }
            neurons.append(.fixedPoint(words))
            for projection in incoming {
                let load = loads[projection.index]
                synapses[projection.index] = quantizeReceptors(
                    projection, of: network, load, exponent: shifts[load.parts[0].count > 0 ? 0 : 1], weightScale: words.weightScale,
                    addedDelay: addedDelay)
            }
        }
        if faults.hasErrors { throw DiagnosticsError(faults.diagnostics, isRefusal: true) }
        return QuantizedNetwork(
            network: network, chip: chip, neurons: neurons, synapses: synapses.map { $0! },
            payloadScale: network.populations.ids.map { _ in 1 })
    }

    /// The sum that a ring buffer must hold, times `factor`.
    private func bound(of load: RingBufferLoad, _ arithmetic: FixedPointArithmetic, timestep: Double, factor: Double) -> Double {
        let expected = load.bound(arithmetic, timestep: timestep, factor: factor)
        return shiftRule == .sPyNNaker ? expected : min(expected, load.largestSum(factor: factor))
    }

    /// The cell that can hold a dynamics: a released one where there is one, else Spikewright's own; nil: none.
    func fixedPointCell(of dynamics: Dynamics, timestep: Double, _ arithmetic: FixedPointArithmetic) -> FixedPointArithmetic.Cell? {
        let isPlain =
            (!dynamics.spikes || dynamics.reset == .toValue) && !dynamics.isAdaptive && !dynamics.integratesWhileRefractory
            && dynamics.membraneDecay.allSatisfy { FixedPointCellBuilder.hasLeak($0, timestep: timestep, arithmetic) }
        let released: FixedPointArithmetic.Cell? =
            switch dynamics.synapse {
            case .delta: .currentDelta
            case .exponential: .currentExponential
            case .conductance: .conductanceExponential
            case .alpha: nil
            }
        guard let released else { return nil }
        if isPlain, arithmetic.cells.contains(released) { return released }
        return arithmetic.cells.contains(.threshold) && arithmetic.substeps == 1 && dynamics.synapse != .conductance ? .threshold : nil
    }

    /// The projection's format, and the error that it makes, measured over every synapse.
    private func quantizeReceptors(
        _ id: ID<Projection>, of network: Network, _ load: ReceptorLoad, exponent: Int, weightScale: Double, addedDelay: Int
    ) -> QuantizedSynapses {
        let unit = Double(sign: .plus, exponent: exponent - Accum.fraction, significand: 1) / weightScale
        let mode: WeightFormat.SignMode = load.lowest >= 0 ? .excitatory : load.highest <= 0 ? .inhibitory : .mixed
        var synapses = QuantizedSynapses(
            unit: unit, exponent: exponent, bits: weightBits ?? chip.formats.weight.bits.last ?? 1, mode: mode, rounding: rounding,
            seed: network.seed, delayOffset: chip.formats.delayOffset - addedDelay, maximumDelay: 0, error: WeightError())
        let rows = SynapseRows(id, of: network)
        let quantizer = WeightQuantizer(id, of: network, synapses: synapses, format: chip.formats.weight)
        let longest = chip.formats.delay.upperBound + synapses.delayOffset
        var error = WeightError(lowest: load.lowest, highest: load.highest)
        var squares = 0.0
        for part in parallelMap(
            rowRanges(rows.sourceCount), threads: threads,
            body: {
                measureError(of: rows, $0, quantizer, longestDelay: longest)
            })
        { (error, squares) = (error.adding(part.error), squares + part.squares) }
        error.rootMeanSquare = error.synapses > 0 ? (squares / Double(error.synapses)).squareRoot() : 0
        synapses.error = error
        synapses.maximumDelay = min(max(load.longestDelay - synapses.delayOffset, 0), chip.formats.delay.upperBound)
        return synapses
    }
}

extension Dynamics {
    /// Whether a neuron only cannot spike for some steps after a spike, where released cells hold its membrane.
    fileprivate var integratesWhileRefractory: Bool {
        spikes && refractory == .blocked && refractorySteps.contains { $0 > 0 }
    }
}
