import Chips
import Diagnostics
import Lowering
import Networks
import Numerics

extension Quantization {
    /// For neurons in single precision: weights become integers, one scale for all that arrive at a population, so that the largest fills
    /// its bits; potentials are kept in units of a weight (py-spinnaker2's `scale_weights`; NIR paper, `s2_apply.py`).
    func quantizeToFloatingPoint(
        _ network: Network, _ arithmetic: FloatingPointArithmetic
    ) throws(DiagnosticsError) -> QuantizedNetwork {
        try refuseWhatFloatingPointLacks(network)
        var pass = self
        // The chip's own way, unless the user asks for chance.
        if rounding == .nearest, arithmetic.weightRounding == .towardZero { pass.rounding = .towardZero }
        let statistics = network.projections.ids.map { pass.measure($0, of: network) }
        let modes = statistics.map(mode)
        let bounds = network.projections.ids.map { pass.arrivalBound(of: $0, in: network, statistics[$0.index]) }
        let payloadScale = pass.payloadScales(of: network, bounds, statistics)
        try refuseWeightsWithoutLevels(network, modes: modes)
        var neurons: [QuantizedNeurons?] = []
        var synapses: [QuantizedSynapses?] = Array(repeating: nil, count: network.projections.count)
        for id in network.populations.ids {
            guard let dynamics = network.dynamics(of: id) else {
                neurons.append(nil)
                continue
            }
            let incoming = network.projections.ids.filter { network.projections[$0].post == id }.map {
                Incoming(
                    projection: $0, statistics: statistics[$0.index], payload: payloadScale[network.projections[$0].pre.index],
                    mode: modes[$0.index], bound: bounds[$0.index])
            }
            let bound = incoming.reduce(0) { $0 + $1.bound }
            let scales = incoming.filter { $0.demand > 0 }.map { Double(largestMantissa($0, in: network)) / $0.demand }
            let scale = min(scales.min() ?? 1, bound > 0 ? Double(Int32.max) / bound : .infinity)
            var parameters = FloatingPointNeurons(dynamics, scale: scale)
            if dynamics.isRate {
                // Readouts that nobody listens to send nothing.
                let isHeard = network.projections.contains { $0.pre == id }
                let one = payloadScale[id.index]
                parameters.sendValues(one: isHeard ? one : 0, largest: Int(one), slopes: dynamics.negativeSlope)
            }
            neurons.append(.floatingPoint(parameters))
            for sum in incoming {
                synapses[sum.projection.index] = pass.quantize(sum, of: network, scale: scale, exponent: 0, addedDelay: 0)
            }
        }
        return QuantizedNetwork(
            network: network, chip: chip, neurons: neurons, synapses: synapses.map { $0! },
            payloadScale: payloadScale)
    }

    /// Of a projection whose sums, over all sources with their largest payloads, stay within 32 bits.
    func largestMantissa(_ incoming: Incoming, in network: Network) -> Int {
        let limit = mantissaLimit(incoming.mode)
        // Where rate units take part, the sums are bounded by the weights themselves.
        guard incoming.payload > 1, incoming.bound == 0 else { return limit }
        let sources = network.populations[network.projections[incoming.projection].pre].size
        return min(limit, Int(Int32.max) / (((1 << (chip.formats.payloadBits - 1)) - 1) * max(sources, 1)))
    }

    /// Dynamics that the neuron's program does not compute, all of them at once.
    private func refuseWhatFloatingPointLacks(_ network: Network) throws(DiagnosticsError) {
        var refusals: [Diagnostic] = []
        for id in network.populations.ids {
            let population = network.populations[id]
            guard let dynamics = network.dynamics(of: id) else { continue }
            func refuse(_ id: String, _ message: String, help: String) {
                refusals.append(Diagnostic(id, "population '\(population.name)' \(message)", at: population.place, help: help))
            }
            refusals += [rateUnit(population, dynamics), alphaSynapse(population, dynamics), conductance(population, dynamics)].compactMap {
                $0
            }
            if let most = dynamics.refractorySteps.max(), most > chip.formats.refractory.upperBound {
                refuse(
                    "quantize-refractory",
                    "is held for \(most) steps after a spike, and '\(chip.name)' can hold \(chip.formats.refractory.upperBound)",
                    help: "shorten tau_refrac, or lengthen the time step")
            }
        }
        if chip.formats.payloadBits < 2, let refusal = gradedInput(network) { refusals.append(refusal) }
        if !refusals.isEmpty { throw DiagnosticsError(refusals, isRefusal: true) }
    }
}
