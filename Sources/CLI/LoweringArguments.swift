public import ArgumentParser
public import Spikewright

/// Options of the passes, for every command that lowers a network.
struct LoweringArguments: ParsableArguments {
    @Option(help: ArgumentHelp("How the range of weights is chosen: maximum, least-error, or a percentile such as 99.9.", valueName: "law"))
    var weightRange = "maximum"

    @Option(help: "How weights are rounded: nearest or stochastic.")
    var rounding: QuantizedSynapses.Rounding = .nearest

    @Option(help: "Bits of a weight; the chip's most unless given.")
    var weightBits: Int?

    @Option(help: "Largest exponent of weights; 0 keeps them within what NetX files hold.")
    var largestExponent: Int?

    @Option(help: "Left shift of all ring buffers (SpiNNaker); found by --shift-rule unless given.")
    var ringBufferShift: Int?

    @Option(help: "The sum of weights that every ring buffer must hold (SpiNNaker), instead of the one found.")
    var maxSummedWeight: Double?

    @Option(help: "How the shift of a ring buffer is found: expected or spynnaker.")
    var shiftRule: Quantization.ShiftRule = .expected

    @Flag(help: "Let the projections that learn go on learning on the chip, by the model's rule (SpiNNaker 1: stdp).")
    var plastic = false

    @Option(help: "Most neurons of a core, where populations are cut evenly (SpiNNaker).")
    var neuronsPerCore: Int?

    @Option(help: "Synapses that may share one weight, on chips whose synapses hold few bits.")
    var parallelSynapses = 1

    @Flag(help: "Let relay neurons make delays that the synapses of a chip do not have.")
    var relayDelays = false

    @Flag(help: "Give every population cores of its own.")
    var separateCores = false

    @OptionGroup var routes: RouteCheckArguments

    @Option(
        name: .customLong("pass"),
        help: ArgumentHelp(
            "Run a pass that changes the network, or set its options: deep-rewiring:connections=1.33%,epochs=10; deep-rewiring:cores=1; rate-conversion:steps=128,output=spikes. May be given several times.",
            valueName: "pass"))
    var passes: [String] = []

    func validate() throws {
        _ = try range()
        var options = LoweringOptions()
        for pass in passes { try PassArgument(pass).apply(to: &options) }
        if let shift = ringBufferShift, !(0...31).contains(shift) {
            throw ValidationError("--ring-buffer-shift is a number from 0 to 31, is \(shift)")
        }
        if let sum = maxSummedWeight, !(sum > 0 && sum.isFinite) {
            throw ValidationError("--max-summed-weight is a number above 0, is \(sum)")
        }
        if let count = neuronsPerCore, count < 1 { throw ValidationError("--neurons-per-core is at least 1, is \(count)") }
        guard (1...512).contains(parallelSynapses) else {
            throw ValidationError("--parallel-synapses is a number from 1 to 512, is \(parallelSynapses)")
        }
    }

    private func range() throws -> Quantization.WeightRange {
        switch weightRange {
        case "maximum": return .maximum
        case "least-error": return .leastError
        default:
            guard let percentile = Double(weightRange), percentile > 0, percentile <= 100 else {
                throw ValidationError("--weight-range is maximum, least-error or a percentile above 0 and at most 100, is '\(weightRange)'")
            }
            return .percentile(percentile / 100)
        }
    }

    func options(threads: Int) throws -> LoweringOptions {
        var options = LoweringOptions()
        options.weightRange = try range()
        options.rounding = rounding
        options.weightBits = weightBits
        options.largestExponent = largestExponent
        options.ringBufferShift = ringBufferShift
        options.maximumSummedWeight = maxSummedWeight
        options.shiftRule = shiftRule
        options.isPlastic = plastic
        options.neuronsPerCore = neuronsPerCore
        options.parallelSynapses = parallelSynapses
        options.relaysDelays = relayDelays
        options.sharesCores = !separateCores
        options.threads = threads
        options.checksRoutes = routes.check
        for pass in passes { try PassArgument(pass).apply(to: &options) }
        return options
    }
}

/// Whether routes are checked, for every command that makes some.
struct RouteCheckArguments: ParsableArguments {
    @Flag(
        inversion: .prefixedNo,
        help: ArgumentHelp(
            "Check the routes independently of how they were made: follow every key in use through the tables, or every path, and compare who receives it with the network. Unless given, networks of up to \(RoutingProof.mostNets) nets are checked."
        ))
    var check: Bool?
}

extension QuantizedSynapses.Rounding: ExpressibleByArgument {}
extension Quantization.ShiftRule: ExpressibleByArgument {}
