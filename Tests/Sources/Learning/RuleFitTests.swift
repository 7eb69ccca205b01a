import Chips
import Diagnostics
import Learning
import Networks
import Support
import Testing

/// Rules beside chips: what fits, and what a refusal says.
@Suite struct RuleFitTests {
    /// As Loihi's engine: two tags for each synapse, five traces for each neuron.
    static let loihi = LearningResources(
        timing: [.everyStep, .onSpikes], weightBits: 8, perSynapse: [.init("tag_1", bits: 8), .init("tag_2", bits: 8)],
        perNeuron: ["x1", "x2", "y1", "y2", "y3"].map { .init($0, bits: 7) }, everywhere: 1, eachNeuron: 4096, eachSynapse: 1)

    /// Software with four words for each synapse.
    static let processor = LearningResources(
        timing: [.everyStep, .onSpikes], weightBits: 31, perSynapse: (1...4).map { .init("word_\($0)", bits: 31) },
        perNeuron: (1...8).map { .init("word_\($0)", bits: 31) }, everywhere: 1, eachNeuron: 8, eachSynapse: 1, isFloatingPoint: true)

    static func chip(_ learning: LearningResources?) -> Chip {
        var chip = Chip.testMesh()
        chip.learning = learning
        return chip
    }

    static let pairs = RuleNeeds(
        timing: .onSpikes, perNeuron: [.init("x", bits: 7, isSigned: false), .init("y", bits: 7, isSigned: false)])
    static let rewarded = RuleNeeds(
        timing: .everyStep, perSynapse: [.init("eligibility", bits: 8)], perNeuron: pairs.perNeuron,
        broadcasts: [.init("reward", .everywhere)])
    static let eligibility = RuleNeeds(
        timing: .everyStep,
        perSynapse: [.init("epsilon", bits: 8), .init("trace", bits: 8), .init("first moment"), .init("second moment")],
        perNeuron: [.init("pseudo-derivative", bits: 7)], broadcasts: [.init("learning signal", .eachNeuron, width: 10)])

    @Test func `rules that fit are not refused`() {
        #expect(Self.pairs.refusals(of: "stdp", on: Self.chip(Self.loihi)) == [])
        #expect(Self.rewarded.refusals(of: "r-stdp", on: Self.chip(Self.loihi)) == [])
        #expect(Self.rewarded.refusals(of: "r-stdp", on: Self.chip(Self.processor)) == [])
        var narrow = Self.eligibility
        narrow.broadcasts = [.init("learning signal", .eachNeuron, width: 8)]
        #expect(narrow.refusals(of: "eprop", on: Self.chip(Self.processor)) == [])
    }

    @Test func `a number takes the smallest field that holds it`() {
        var offer = Self.loihi
        offer.perSynapse = [.init("wide", bits: 16), .init("narrow", bits: 4)]
        let needs = RuleNeeds(timing: .everyStep, perSynapse: [.init("a", bits: 3), .init("b", bits: 12)], perNeuron: [])
        #expect(needs.refusals(of: "rule", on: Self.chip(offer)) == [])
        let wider = RuleNeeds(timing: .everyStep, perSynapse: [.init("a", bits: 5), .init("b", bits: 12)], perNeuron: [])
        #expect(wider.refusals(of: "rule", on: Self.chip(offer)).map(\.id) == ["rule-fit-synapse-state"])
    }

    /// What e-prop keeps follows its options: five words for each synapse in floating point, with Adam; two tags are too few for either form.
    @Test func `what e-prop needs follows its options`() {
        var software = Self.processor
        software.perSynapse.append(.init("word_5", bits: 31))
        let needs = EProp.needs(of: EPropTests.network())
        #expect(needs.perSynapse.map(\.name) == ["eligibility", "adaptation trace", "gradient", "first moment", "second moment"])
        #expect(needs.refusals(of: "eprop", on: Self.chip(software)) == [])
        // The mean of the weights is kept by the host that reads them.
        let mean = EProp.needs(of: EPropTests.network([option("average", .map([option("decay", .number(0.9, unit: ""))]))]))
        #expect(mean.refusals(of: "eprop", on: Self.chip(software)) == [])
        let exact = EProp.needs(of: EPropTests.network([option("feedback", .text("exact"))]))
        #expect(exact.refusals(of: "eprop", on: Self.chip(software)).map(\.id).contains("rule-fit-timing"))
        let rewarded = EProp.needs(of: EPropTests.network([option("reward", .map([option("critic", .number(0.1, unit: ""))]))]))
        #expect(rewarded.broadcasts.map(\.name) == ["error", "reward"])
    }

    static let rounded = EProp.needs(
        of: EPropTests.network([
            option("precision", .map([option("weights", .number(8, unit: "")), option("traces", .number(7, unit: ""))])),
            option("optimizer", .text("sgd")),
        ]))

    static let refused: [(String, String, RuleNeeds, LearningResources?)] = [
        ("no-learning", "stdp", pairs, nil), ("eprop-adam-on-tags", "eprop", eligibility, loihi),
        ("eprop-rounded-on-tags", "eprop", rounded, loihi), ("eprop-wires", "eprop", eligibility, processor),
        ("backward-rule", "bptt", BPTT.needs(of: TrainingTests.network()), loihi),
        ("rewiring", "deep-rewiring", DeepRewiring.needs(of: TrainingTests.network()), processor),
        (
            "no-reward", "r-stdp", rewarded,
            LearningResources(timing: [.onSpikes], weightBits: 6, perSynapse: [.init("sensor", bits: 6)], perNeuron: [])
        ),
    ]

    @Test(arguments: refused.indices) func `a refusal names each budget that is exceeded`(index: Int) {
        let (name, rule, needs, offer) = Self.refused[index]
        let refusals = needs.refusals(of: rule, on: Self.chip(offer))
        #expect(!refusals.isEmpty)
        #expect(refusals.allSatisfy { $0.help?.isEmpty == false })
        expectGolden(Golden.rendered(DiagnosticsError(refusals, isRefusal: true), quoting: []), "errors/rule-fit/\(name).expected")
    }
}
