public import Chips
import Diagnostics
import Lowering
public import Networks
import Numerics

extension RateConversion {
    /// The neuron that units become: the ideal one integrates without leak, adds weights at once and subtracts the threshold.
    public struct Style: Hashable, Sendable {
        public var reset: NeuronModel.Reset
        /// In ms; nil: no leak.
        public var membraneTime: Double?
        /// In ms; nil: weights act at once.
        public var synapseTime: Double?

        public init(reset: NeuronModel.Reset = .subtract, membraneTime: Double? = nil, synapseTime: Double? = nil) {
            self.reset = reset
            self.membraneTime = membraneTime
            self.synapseTime = synapseTime
        }

        /// What a weight of 1 adds to the membrane in all, over the time that its current lasts: real membranes integrate it without steps.
        func charge(timestep: Double) -> Double { synapseTime.map { $0 / timestep } ?? 1 }
    }

    /// The same conversion to the best neurons that a chip has: the first of `styles` that quantization takes.
    public func fitted(to chip: Chip, for network: Network) -> RateConversion {
        if units == .graded { return self }
        let styles = Self.styles(of: chip.arithmetic)
        var slowed = self
        slowed.inputRate = Self.inputRate(into: chip, of: network)
        for style in styles.dropLast() {
            var trial = slowed
            trial.style = style
            trial.samples = nil
            guard let converted = try? trial.run(network), (try? Quantization(to: chip).run(converted)) != nil else { continue }
            var fitting = slowed
            fitting.style = style
            return fitting
        }
        var last = slowed
        last.style = styles.last ?? Style()
        return last
    }

    /// Spikes per step of an input at value 1, so that the way from the host carries all of them when all inputs are at 1, each with a
    /// label for either sign of its weights.
    private static func inputRate(into chip: Chip, of network: Network) -> Double {
        guard case .crossbar(let crossbar) = chip.topology, let most = crossbar.hostEvents, case .analog(let law) = chip.arithmetic,
            let task = network.task
        else { return 1 }
        // µs of the hardware in a step.
        let step = network.timestep * 1000 / law.speedup
        return min(1, mostLoad * most * step / Double(2 * max(network.populations[task.input].size, 1)))
    }

    /// Of what the way from the host carries; the rest is left to rounding.
    private static let mostLoad = 0.96

    /// From the ideal neuron to those that real membranes allow.
    private static func styles(of arithmetic: Arithmetic) -> [Style] {
        switch arithmetic {
        case .analog(let law):
            // ms of the model in 1 µs of the hardware.
            let time = law.speedup / 1000
            return [
                Style(
                    reset: .toValue, membraneTime: law.membraneTime.upperBound * time, synapseTime: 2 * law.synapseTime.lowerBound * time)
            ]
        default:
            // 10 s: a leak that a sample does not notice.
            return [
                Style(), Style(reset: .subtract, membraneTime: 10_000), Style(reset: .toValue),
                Style(reset: .toValue, membraneTime: 10_000),
            ]
        }
    }
}
