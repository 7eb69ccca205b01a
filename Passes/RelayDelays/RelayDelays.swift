public import Chips
public import Diagnostics
public import Lowering
public import Networks
import Numerics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Makes delays of neurons, for chips whose synapses have none: between the two ends of a delayed projection comes a population of relays,
/// one for each source, whose rise to threshold takes as long as the delay.
///
/// A relay has τ_m = τ_syn = τ, so that one spike of weight w raises it as w · t · e^(-t/τ), and it spikes when that reaches its threshold of
/// 1; w is chosen so that this is at the delay D, on the rising side (τ = 2 D where the chip allows it). What is left of the current
/// afterwards stays below threshold. Spikes of one source that follow each other faster than some D disturb each other.
public struct RelayDelays: Pass {
    public static let name = "relay-delays"
    public static let summary = "put relay neurons where synapses of the chip have no delays (analog chips, when asked)"

    public var chip: Chip

    public init(for chip: Chip) { self.chip = chip }

    /// A chip with delays, and delays that no relay of the chip can take, are left as they are; quantization refuses the latter.
    public func run(_ network: Network) throws(DiagnosticsError) -> Network {
        guard case .analog(let law) = chip.arithmetic else { return network }
        // The least delay that a model can state; it is 0 on the chip.
        let least = network.time == .continuous ? 0.0 : 1
        var result = network
        for id in network.projections.ids {
            let projection = network.projections[id]
            guard case .constant(let steps) = projection.delay, steps > least, network.populations[projection.post].cell.neuron != nil,
                let tau = timeConstant(for: (steps - least) * network.timestep, law)
            else { continue }
            let delay = (steps - least) * network.timestep
            let source = network.populations[projection.pre]
            let relays = result.populations.append(
                Population("\(projection.name) relays", shape: [source.size], cell: .neuron(relay(tau)), place: projection.place))
            // τ_m = τ_syn and a capacitance of 1 nF: v(t) = w · t · e^(-t/τ).
            result.projections.append(
                Projection(
                    "\(projection.name) to relays", from: projection.pre, to: relays, .oneToOne,
                    weight: .constant(exp(delay / tau) / delay),
                    delay: .constant(least), isTrainable: false, place: projection.place))
            result.projections[id].pre = relays
            result.projections[id].delay = .constant(least)
        }
        return result
    }

    /// In ms of the model: twice the delay, within what membranes and synapses can be calibrated to; nil when the rise cannot take that long.
    private func timeConstant(for delay: Double, _ law: AnalogArithmetic) -> Double? {
        let time = law.speedup / 1000
        let most = min(law.membraneTime.upperBound, law.synapseTime.upperBound) * time
        let least = max(law.membraneTime.lowerBound, law.synapseTime.lowerBound) * time
        let tau = min(max(2 * delay, least), most)
        // Behind the peak at τ nothing crosses the threshold any more; near it the crossing is too flat to be timed.
        return delay > 0 && delay <= 0.8 * tau ? tau : nil
    }

    private func relay(_ tau: Double) -> NeuronModel {
        NeuronModel(
            .currentExponential,
            [
                .tauM: .uniform(tau), .tauSynE: .uniform(tau), .tauSynI: .uniform(tau), .cm: .uniform(1), .tauRefrac: .uniform(0),
                .vRest: .uniform(0), .vReset: .uniform(0), .vThresh: .uniform(1), .vInit: .uniform(0),
            ])
    }
}
