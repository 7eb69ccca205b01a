import Learning
import Networks
import Testing

/// Backpropagation against central differences, with the smooth function in place of the spike function.
@Suite struct GradientCheckTests {
    static let lif = SmallNetwork.model(.leaky, [.tauM: .uniform(8)])
    static let biases = option("biases", .flag(true))

    static let cells: [SmallNetwork] = [
        SmallNetwork("lif to value", lif, options: [biases]),
        SmallNetwork(
            "lif to another value", SmallNetwork.model(.leaky, [.tauM: .uniform(8), .vReset: .uniform(-0.3), .vRest: .uniform(0.1)])),
        SmallNetwork("lif subtract", SmallNetwork.model(.leaky, [.tauM: .uniform(8)]) { $0.reset = .subtract }, options: [biases]),
        SmallNetwork("lif subtract next", SmallNetwork.model(.leaky) { $0.reset = .subtractNext }),
        SmallNetwork(
            "lif at or above, scaled", SmallNetwork.model(.leaky) { ($0.comparison, $0.inputScaling) = (.atOrAbove, .oneMinusDecay) },
            weight: 3),
        SmallNetwork("lif with current", SmallNetwork.model(.leaky, [.tauSyn: .uniform(4)]), weight: 0.3, options: [biases]),
        SmallNetwork(
            "lif with current, membrane first", SmallNetwork.model(.leaky, [.tauSyn: .uniform(4)]) { $0.order = .membraneFirst },
            weight: 0.3),
        SmallNetwork("lif held", SmallNetwork.model(.leaky, [.tauRefrac: .uniform(2)]), options: [biases]),
        SmallNetwork(
            "lif held, subtract", SmallNetwork.model(.leaky, [.tauRefrac: .uniform(2), .tauSyn: .uniform(3)]) { $0.reset = .subtract },
            weight: 0.4),
        SmallNetwork(
            "lif held, subtract next", SmallNetwork.model(.leaky, [.tauRefrac: .uniform(3)]) { $0.reset = .subtractNext }),
        SmallNetwork(
            "lif blocked", SmallNetwork.model(.leaky, [.tauRefrac: .uniform(2)]) { ($0.reset, $0.refractory) = (.subtractNext, .blocked) }),
        SmallNetwork(
            "alif blocked, subtract base",
            SmallNetwork.model(.adaptive, [.tauAdapt: .uniform(20), .beta: .uniform(0.4), .tauRefrac: .uniform(2)]) {
                ($0.reset, $0.resetAmount, $0.refractory) = (.subtract, .base, .blocked)
            }),
        SmallNetwork(
            "alif subtract next adapted, scaled",
            SmallNetwork.model(.adaptive, [.tauAdapt: .uniform(20), .beta: .uniform(3)]) {
                ($0.reset, $0.resetAmount, $0.adaptationScaling) = (.subtractNext, .adapted, .oneMinusDecay)
            }),
        SmallNetwork("if", SmallNetwork.model(.integrateAndFire) { $0.reset = .subtract }),
        SmallNetwork("alif", SmallNetwork.model(.adaptive, [.tauAdapt: .uniform(20), .beta: .uniform(0.4)]), options: [biases]),
        SmallNetwork(
            "alif subtract", SmallNetwork.model(.adaptive, [.tauAdapt: .uniform(20), .beta: .uniform(0.4)]) { $0.reset = .subtract }),
        SmallNetwork(
            "alif subtract next, held",
            SmallNetwork.model(.adaptive, [.tauAdapt: .uniform(20), .beta: .uniform(0.4), .tauRefrac: .uniform(1)]) {
                $0.reset = .subtractNext
            }),
        SmallNetwork(
            "if_curr_delta", SmallNetwork.model(.currentDelta, [.tauRefrac: .uniform(1)]), weight: 10, options: [biases]),
        SmallNetwork(
            "if_curr_exp", SmallNetwork.model(.currentExponential, [.tauSynI: .uniform(9), .tauRefrac: .uniform(2)]), weight: 5,
            options: [biases]),
        SmallNetwork(
            "if_curr_exp, equal receptors", SmallNetwork.model(.currentExponential) { $0.order = .arrivalsFirst }, weight: 5),
        SmallNetwork(
            "if_curr_alpha", SmallNetwork.model(.currentAlpha, [.tauSynE: .uniform(2), .tauSynI: .uniform(4)]), weight: 6, options: [biases]
        ),
        SmallNetwork(
            "if_curr_alpha, arrivals first",
            SmallNetwork.model(.currentAlpha, [.tauSynE: .uniform(2)]) { ($0.order, $0.integration) = (.arrivalsFirst, .euler) }, weight: 6),
        SmallNetwork(
            "rate", SmallNetwork.model(.rate, [.bias: .uniform(0.05)]), encoder: .direct(gain: 0.5), weight: 0.5, options: [biases]),
        SmallNetwork(
            "leaky rate", SmallNetwork.model(.rate, [.bias: .uniform(-0.05), .negativeSlope: .uniform(0.2)]), encoder: .direct(gain: 0.5),
            weight: 0.5, options: [biases]),
        SmallNetwork("rate readout", lif, output: SmallNetwork.model(.rate), decode: .spikeCount, options: [biases]),
    ]

    static let shapes: [SmallNetwork] = [
        SmallNetwork("delay 3", lif, delay: .constant(3)),
        SmallNetwork("drawn delays", lif, delay: .drawn(.uniformInteger(low: 1, high: 4))),
        SmallNetwork("recurrent", lif, recurrent: .allToAll(allowSelf: false)),
        SmallNetwork("recurrent with self", SmallNetwork.model(.leaky) { $0.reset = .subtract }, recurrent: .allToAll(allowSelf: true)),
        SmallNetwork("recurrent, drawn", lif, recurrent: .fixedProbability(0.5, allowSelf: false)),
        SmallNetwork(
            "recurrent, receptors apart", SmallNetwork.model(.currentExponential, [.tauSynI: .uniform(9)]), weight: 4,
            recurrent: .allToAll(allowSelf: false)),
        SmallNetwork(
            "LSNN: adaptive, refractory, recurrent, drawn delays",
            SmallNetwork.model(.adaptive, [.tauAdapt: .uniform(20), .beta: .uniform(0.4), .tauRefrac: .uniform(2)]) {
                ($0.reset, $0.refractory) = (.subtractNext, .blocked)
            }, recurrent: .allToAll(allowSelf: false), delay: .drawn(.uniformInteger(low: 1, high: 4)),
            options: [
                option(
                    "rate_regularization",
                    .map([option("strength", .number(3, unit: "")), option("target", .number(50, unit: "Hz"))]))
            ]),
        SmallNetwork("fixed number pre", lif, inputConnector: .fixedNumberPre(5, withReplacement: true, allowSelf: true)),
        SmallNetwork("fixed number post", lif, inputConnector: .fixedNumberPost(2, withReplacement: false, allowSelf: true)),
        SmallNetwork("fixed total number", lif, inputConnector: .fixedTotalNumber(40, allowSelf: true)),
        SmallNetwork("one to one", lif, weight: 1.5, inputConnector: .oneToOne, hiddenShape: [4, 4]),
        SmallNetwork(
            "convolution", lif,
            inputConnector: .convolution(Convolution(kernel: [3, 3], stride: [1, 1], padding: [1, 1], dilation: [1, 1])),
            hiddenShape: [2, 4, 4]),
        SmallNetwork(
            "convolution, receptors apart", SmallNetwork.model(.currentExponential, [.tauSynI: .uniform(9)]), weight: 4,
            inputConnector: .convolution(Convolution(kernel: [3, 3], stride: [2, 2], padding: [1, 1], dilation: [1, 1])),
            hiddenShape: [2, 2, 2], delay: .drawn(.uniformInteger(low: 1, high: 3))),
        SmallNetwork(
            "pooling", lif, weight: 5, inputConnector: .pooling(Pooling(.average, window: [2, 2], stride: [2, 2])),
            hiddenShape: [1, 2, 2]),
        SmallNetwork(
            "list", lif, outputConnector: .list([.init(source: 0, target: 0), .init(source: 1, target: 1), .init(source: 5, target: 2)])),
        SmallNetwork("inhibitory only", SmallNetwork.model(.currentExponential, [.tauSynI: .uniform(9)]), weight: 4, receptor: .inhibitory),
    ]

    static let losses: [SmallNetwork] = [
        SmallNetwork("spike count", lif, output: lif, decode: .spikeCount),
        SmallNetwork("first spike", lif, output: lif, decode: .firstSpike),
        SmallNetwork("maximal membrane", lif, decode: .maximalMembrane),
        SmallNetwork(
            "membrane of spiking readout", lif, output: SmallNetwork.model(.leaky) { $0.reset = .subtract }, decode: .meanMembrane),
        SmallNetwork("mean square", lif, options: [choice("loss", "mean_square", ["correct": 1, "wrong": 0.2])]),
        SmallNetwork(
            "mean square of counts", lif, output: lif, decode: .spikeCount,
            options: [choice("loss", "mean_square", ["correct": 0.6, "wrong": 0.1])]),
        SmallNetwork("scaled cross entropy", lif, options: [choice("loss", "cross_entropy", ["scale": 4])]),
        SmallNetwork(
            "rate regularization", lif,
            options: [
                option(
                    "rate_regularization",
                    .map([option("strength", .number(3, unit: "")), option("target", .number(50, unit: "Hz"))]))
            ]),
        SmallNetwork("triangle", lif, options: [choice("surrogate", "triangle", ["damp": 0.9])]),
        SmallNetwork("arctan", lif, options: [choice("surrogate", "arctan", ["slope": 3]), biases]),
        SmallNetwork("fast sigmoid", lif, options: [choice("surrogate", "fast_sigmoid", ["slope": 12])]),
        SmallNetwork("latency", lif, encoder: .latency(first: 0, last: 9, threshold: 0.1)),
    ]

    @Test(arguments: cells + shapes + losses)
    func `gradients equal finite differences`(_ small: SmallNetwork) throws {
        let check = try GradientCheck(small.network, SmallNetwork.samples)
        #expect(check.gradient.contains { abs($0) > 1e-6 }, "no gradient to speak of")
        #expect(check.relativeError < 1e-5)
    }
}
