public import Diagnostics
public import FrontEnd
public import Lowering
public import Networks
import Numerics

/// Replaces rate units by spiking neurons that spike as often as the units were active, or scales them to send their values.
///
/// **Spikes.** /// Data-based normalisation (Diehl et al. 2015; Rueckauer et al. 2017, Frontiers in Neuroscience 11:682, eqs 5 to 7): with λ the
/// activation of a population that `percentile` of all activations stay below, weights become w λ_pre / λ_post and biases b / λ_post, so
/// that hardly any neuron should spike more than once in a step. Neurons integrate without leak, and a spike subtracts the threshold,
/// so that what is left over is not lost; they start at half the threshold, which halves the error of a short count. Where a spike sets
/// the membrane back instead, what is above the threshold is lost, the less the slower neurons spike: λ becomes half a spike per step. The
/// input sends spikes at the rate of its values, or the values themselves where spikes carry them. Readouts that spike are lifted by one
/// for all, so that the largest score is above 0 for every sample measured: the order of their counts is that of the scores.
///
/// **Values.** Where neurons' spikes carry values (graded spikes), units stay rate units: in every step each sums what arrives and sends
/// its activation. With λ the largest activation of a population, and a quarter more, weights and biases are scaled as above, so that what
/// units send lies within -1...1, of which `Quantization` makes the bits of a spike; what is beyond is cut. A layer takes one step, so the
/// network answers as soon as the unlowered one. A readout that sends to nobody keeps its scores as they are.
public struct RateConversion: Pass {
    public static let name = "rate-conversion"
    public static let summary =
        "replaces rate units by spiking neurons, or by units that send values, with weights scaled by the activations that samples cause"

    public static let options = [
        PassOption("steps", "time steps for which a converted network sees a sample (default 64, more where the input must be slow)"),
        PassOption(
            "units", "spikes: units become spiking neurons; graded: they send values, where the chip's spikes carry them (default spikes)"),
        PassOption(
            "percentile", "part of the activations that stay below the peak rate (default 0.999), or below the largest value (default 1)"),
        PassOption("peak", "spikes per step that this activation becomes (default 1, and 0.5 where a spike sets the membrane back)"),
        PassOption("output", "membrane: readouts integrate; spikes: they spike and are counted (default membrane)"),
        PassOption("input", "spikes, or graded: values in the payload of spikes (default graded where the chip has payloads)"),
        PassOption("run", "automatic: where the chip lacks rate units; always; never (default automatic, and always with another option)"),
    ]

    /// When the pass runs.
    public enum Choice: String, CaseIterable, Hashable, Sendable {
        /// Where the network holds rate units and the chip lacks them.
        case automatic
        /// Wherever the network holds rate units.
        case always
        case never
    }

    /// What readouts do.
    public enum Sending: String, CaseIterable, Hashable, Sendable { case membrane, spikes }
    /// What units become.
    public enum Units: String, CaseIterable, Hashable, Sendable {
        /// Spiking neurons.
        case spikes
        /// Units that send values.
        case graded
    }
    /// What the input sends.
    public enum Seeing: String, CaseIterable, Hashable, Sendable { case spikes, graded }

    /// The neuron that units become.
    public var style: Style
    public var units: Units
    /// Nil: 64, or as many as let an input of value 1 send 16 spikes; of graded units, as many as before.
    public var steps: Int?
    /// Nil: 0.999, or 1 for values.
    public var percentile: Double?
    /// Spikes per step at the percentile; nil: what the style can do without losing counts.
    public var peak: Double?
    /// Spikes per step that an input of value 1 sends; below 1 they are drawn by chance, so that inputs do not all spike together.
    public var inputRate: Double
    public var output: Sending
    public var input: Seeing
    /// What activations are measured on; nil: they are bounded by the weights alone.
    public var samples: DataSamples?
    public var calibration: Int

    public init(
        style: Style = Style(), units: Units = .spikes, steps: Int? = nil, percentile: Double? = nil, peak: Double? = nil,
        inputRate: Double = 1,
        output: Sending = .membrane, input: Seeing = .spikes, samples: DataSamples? = nil, calibration: Int = 256
    ) {
        self.style = style
        self.units = units
        self.steps = steps
        self.percentile = percentile
        self.peak = peak
        self.inputRate = inputRate
        self.output = output
        self.input = input
        self.samples = samples
        self.calibration = calibration
    }

    /// Whether a network holds units that send values.
    public static func applies(to network: Network) -> Bool { network.populations.contains { $0.cell.neuron?.kind == .rate } }

    public func run(_ network: Network) throws(DiagnosticsError) -> Network {
        guard Self.applies(to: network) else { return network }
        try refuseWhatHasNoRate(network)
        if units == .graded { return try graded(network) }
        let (scales, lift) = try activationScales(of: network)
        let steps = presentation
        var converted = network
        for id in network.populations.ids { convert(id, of: &converted, scales, lift: lift) }
        for id in network.projections.ids {
            let projection = network.projections[id]
            let isUnit = network.populations[projection.post].cell.neuron?.kind == .rate
            // A current goes on after its spike: what it adds up to is the weight.
            let charge = isUnit ? style.charge(timestep: network.timestep) : 1
            let factor = scales[projection.pre.index] / scales[projection.post.index] / charge
            converted.projections[id] = network.scaled(id, by: factor)
        }
        guard var task = network.task else { return converted }
        // Spikes of one step reach the next population in a later one: the last one has `steps` steps as well.
        let depth = network.task.map { _ in settlingSteps(of: network) } ?? 0
        task.steps = steps + depth
        if input == .spikes, case .direct = task.encoder {
            let maximum = inputRate * 1000 / network.timestep
            task.encoder = inputRate < 1 ? .poisson(maximum: maximum) : .regular(maximum: maximum)
        }
        converted.task = task
        if var readout = network.readout, network.populations[readout.population].cell.neuron?.kind == .rate {
            readout.decode = output == .spikes ? .spikeCount : .meanMembrane
            readout.skip = min(depth, steps - 1)
            converted.readout = readout
        }
        return converted
    }

    /// Steps for which a sample is seen.
    var presentation: Int { steps ?? max(Self.steps, Int((Self.leastInputSpikes / inputRate).rounded(.up))) }
    private static let steps = 64
    private static let leastInputSpikes = 16.0

    /// The neuron in the place of a unit.
    /// - Parameter lift: added to the activations of a readout that spikes, so that the largest is above 0.
    private func convert(_ id: ID<Population>, of network: inout Network, _ scales: [Double], lift: Double) {
        guard let unit = network.populations[id].cell.neuron, unit.kind == .rate else { return }
        let isReadout = network.readout?.population == id
        let steps = presentation
        let bias = network.dynamics(of: id)?.drive.map { ($0 + (isReadout ? lift : 0)) / scales[id.index] } ?? []
        let isBiased = bias.contains { $0 != 0 }
        var neuron: NeuronModel
        if isReadout, output == .membrane {
            // A window of half the presentation; Euler's decay is 1 - 2 / steps, which few bits hold.
            let window = min(Double(max(2, steps / 2)) * network.timestep, style.membraneTime ?? .infinity)
            neuron = NeuronModel(.leakyReadout, [.tauM: .uniform(window)])
            if style.synapseTime == nil { neuron.integration = .euler }
        } else {
            neuron = NeuronModel(style.membraneTime == nil ? .integrateAndFire : .leaky, [.vThresh: .uniform(1), .vInit: .uniform(0.5)])
            if let time = style.membraneTime { neuron[.tauM] = .uniform(time) }
            neuron.reset = style.reset
        }
        if let time = style.synapseTime { neuron[.tauSyn] = .uniform(time) }
        if isBiased { neuron[.bias] = .perNeuron(bias) }
        network.populations[id].cell = .neuron(neuron)
        network.populations[id].units = .normalized
        network.populations[id].record.remove(.v)
    }

    /// The longest way of a signal from the input to the readout, in steps.
    func settlingSteps(of network: Network) -> Int {
        var steps = [Int](repeating: 0, count: network.populations.count)
        // Enough rounds for a network without loops; with loops, a bound.
        for _ in network.populations.ids.dropFirst() {
            for projection in network.projections {
                let delay: Int = if case .constant(let delay) = projection.delay { max(1, Int(delay.rounded())) } else { 1 }
                let arrival = steps[projection.pre.index] + delay
                if arrival > steps[projection.post.index], arrival < network.populations.count * 64 {
                    steps[projection.post.index] = arrival
                }
            }
        }
        return network.readout.map { steps[$0.population.index] } ?? steps.max() ?? 0
    }

    /// Inputs whose values no rate stands for.
    private func refuseWhatHasNoRate(_ network: Network) throws(DiagnosticsError) {
        guard let task = network.task else {
            throw DiagnosticsError(
                Diagnostic(
                    "conversion-no-task", "the network '\(network.name)' has rate units, but no task that says what they see",
                    help: "add a section `task: {data: …, encode: {direct: …}}`, or use spiking cells"))
        }
        guard case .direct = task.encoder else {
            throw DiagnosticsError(
                Diagnostic(
                    "conversion-encoder",
                    "rate units are converted with a constant input, but the encoder of '\(network.name)' is '\(task.encoder.name)'",
                    at: task.place, help: "use the encoder 'direct', or spiking cells"))
        }
    }
}
