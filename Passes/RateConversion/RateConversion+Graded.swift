public import Chips
public import Diagnostics
import Networks
import Numerics

extension RateConversion {
    /// Over the largest activation that was measured, so that hardly any other is cut.
    static let gradedMargin = 1.25

    /// The network with units that send values within -1...1.
    func graded(_ network: Network) throws(DiagnosticsError) -> Network {
        let (measured, _) = try activationScales(of: network)
        var scales = measured
        for id in network.populations.ids {
            let sends = network.projections.contains { $0.pre == id }
            let isUnit = network.populations[id].cell.neuron?.kind == .rate
            // Scores stay as they are; what arrives at others than units, too.
            scales[id.index] = isUnit && sends ? measured[id.index] * Self.gradedMargin : 1
        }
        var converted = network
        for id in network.populations.ids where network.populations[id].cell.neuron?.kind == .rate && scales[id.index] != 1 {
            guard var unit = network.populations[id].cell.neuron, let bias = network.dynamics(of: id)?.drive else { continue }
            if bias.contains(where: { $0 != 0 }) { unit[.bias] = .perNeuron(bias.map { $0 / scales[id.index] }) }
            converted.populations[id].cell = .neuron(unit)
        }
        for id in network.projections.ids {
            let projection = network.projections[id]
            converted.projections[id] = network.scaled(id, by: scales[projection.pre.index] / scales[projection.post.index])
        }
        if let steps {
            let depth = settlingSteps(of: network)
            converted.task?.steps = steps + depth
            converted.readout?.skip = depth
        }
        return converted
    }

    /// Refuses graded units on a chip whose neurons send plain spikes, and options that only spiking neurons have.
    /// - Parameters:
    ///   - input: what the user wants the input to send; nil: nothing is said.
    public func refuseUngraded(on chip: Chip, input: Seeing?) throws(DiagnosticsError) {
        guard units == .graded else { return }
        let cure = "choose 'units=spikes' for the pass \(Self.name), or a target whose spikes carry values"
        var refusals: [Diagnostic] = []
        if !chip.arithmetic.hasRateUnits {
            refusals.append(
                Diagnostic(
                    "conversion-graded",
                    "rate units are to send values, and a spike of a neuron of '\(chip.name)' carries \(chip.arithmetic.gradedBits) bits",
                    help: cure))
        } else if chip.formats.payloadBits < 2 {
            refusals.append(
                Diagnostic(
                    "conversion-graded",
                    "rate units are to send values, and a spike of an input of '\(chip.name)' carries \(chip.formats.payloadBits) bits",
                    help: cure))
        }
        let options = [
            input == .spikes ? "input=spikes" : nil, output == .spikes ? "output=spikes" : nil, peak != nil ? "peak" : nil,
        ].compactMap { $0 }
        if !options.isEmpty {
            refusals.append(
                Diagnostic(
                    "conversion-graded-option", "units that send values have no \(options.map { "'\($0)'" }.joined(separator: ", "))",
                    help: "leave the option out, or choose 'units=spikes'"))
        }
        if !refusals.isEmpty { throw DiagnosticsError(refusals, isRefusal: refusals.contains { $0.id == "conversion-graded" }) }
    }
}
