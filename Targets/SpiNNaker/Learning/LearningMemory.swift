import Chips
import Diagnostics
import Learning
import Networks
import Numerics

/// The memory that e-prop takes in the cores of a chip, and how the neurons are dealt out to them.
///
/// Per synapse: its row entry as the artifact has it (one word), the weight, and a word each for the trace ē, the adaptation's ε (neurons
/// whose threshold adapts), the gradient, and the optimiser's numbers; readout synapses have no traces of their own. Per neuron: what the
/// chip's description counts for one that does not learn, and eight words (ψ of the steps that the error is away, learning signal, rate,
/// threshold and adaptation in the model's unit) with one more for each readout (B). Per core: a trace for every neuron that sends to it.
struct LearningMemory {
    /// A core's share.
    struct Core: Hashable {
        var neurons = 0
        var synapses = 0
        var bytes = 0
    }

    let chip: Chip
    let limit: Int
    let available: Int
    private(set) var cores: [Core] = []
    /// The neuron that no core can hold, with its bytes.
    private(set) var tooLarge: (population: String, synapses: Int, perSynapse: Int, bytes: Int)?
    /// Bytes of one synapse, of a neuron that adapts where there is one.
    let perSynapse: Int
    private let place: SourceRange?

    /// Whether any neuron's threshold adapts.
    static func isAdaptive(_ program: EPropProgram) -> Bool {
        program.plan.hidden.contains { program.plan.plan.populations[$0.population].dynamics?.isAdaptive == true }
    }

    /// Words beside the weight.
    static func words(of program: EPropProgram, isAdaptive: Bool, isReadout: Bool = false) -> Int {
        let moments =
            switch program.options.optimizer {
            case .adam: 2
            case .sgd(let momentum): momentum > 0 ? 1 : 0
            }
        return 1 + moments + (isReadout ? 0 : isAdaptive ? 2 : 1)
    }

    init(_ program: EPropProgram, _ chip: Chip, trialSums: Bool) {
        self.chip = chip
        place = program.network.learning?.place
        var (limit, perNeuron, most) = (Int.max, 0, Int.max)
        for resource in chip.resources {
            switch resource.rule {
            case .sharedMemory(let each, _): (limit, perNeuron) = (resource.limit, each)
            case .neurons(let each): most = resource.limit / max(1, each)
            default: break
            }
        }
        self.limit = limit
        available = chip.usableCores.count
        let plan = program.plan.plan
        let extra = trialSums ? 1 : 0
        perSynapse = 4 * (2 + Self.words(of: program, isAdaptive: Self.isAdaptive(program)) + extra)
        let populations = program.plan.hidden.map(\.population) + [program.plan.readout]
        for population in populations {
            let isReadout = population == program.plan.readout
            let isAdaptive = plan.populations[population].dynamics?.isAdaptive == true
            var synapses = [Int](repeating: 0, count: plan.populations[population].size)
            var fixed = synapses
            var sources = Set<Int>()
            for projection in plan.projections where projection.post == population {
                sources.insert(projection.pre)
                program.plan.forEachSynapse(projection) { _, post, _ in
                    if projection.isTrainable { synapses[post] += 1 } else { fixed[post] += 1 }
                }
            }
            let senders = sources.reduce(0) { $0 + plan.populations[$1].size }
            let words = 2 + Self.words(of: program, isAdaptive: isAdaptive, isReadout: isReadout) + (isReadout ? 0 : extra)
            let own = perNeuron + 4 * (8 + program.plan.outputs)
            let bytes = zip(synapses, fixed).map { own + 4 * (words * $0 + $1) }
            if let worst = bytes.indices.max(by: { bytes[$0] < bytes[$1] }), bytes[worst] + 4 * senders > limit {
                tooLarge = (plan.populations[population].name, synapses[worst], 4 * words, bytes[worst] + 4 * senders)
            }
            deal(bytes, synapses, base: 4 * senders, most: most)
        }
    }

    /// Deals the neurons of a population to as few cores as hold them, in equal parts.
    private mutating func deal(_ bytes: [Int], _ synapses: [Int], base: Int, most: Int) {
        guard tooLarge == nil else { return }
        var parts = 1
        while true {
            let ranges = (0..<parts).map { bytes.count * $0 / parts..<bytes.count * ($0 + 1) / parts }
            let loads = ranges.map { range in
                Core(neurons: range.count, synapses: synapses[range].reduce(0, +), bytes: base + bytes[range].reduce(0, +))
            }
            if loads.allSatisfy({ $0.bytes <= limit && $0.neurons <= most }) || parts >= bytes.count {
                cores += loads
                return
            }
            parts += 1
        }
    }

    var bytes: Int { cores.reduce(0) { $0 + $1.bytes } }
    var synapses: Int { cores.reduce(0) { $0 + $1.synapses } }

    func check() throws(DiagnosticsError) {
        if let tooLarge {
            throw DiagnosticsError(
                [
                    Diagnostic(
                        "on-chip-memory",
                        "a neuron of '\(tooLarge.population)' learns \(tooLarge.synapses) synapses of \(tooLarge.perSynapse) bytes, which is \(tooLarge.bytes) bytes with the rest of it, and a core of '\(chip.name)' has \(limit)",
                        at: place,
                        help: "give it fewer inputs, use 'optimizer: sgd' (two words less for each synapse), or train in the loop")
                ], isRefusal: true)
        }
        guard cores.count > available else { return }
        throw DiagnosticsError(
            [
                Diagnostic(
                    "on-chip-memory",
                    "learning \(synapses) synapses takes \(bytes) bytes in \(cores.count) cores of \(limit), and '\(chip.name)' has \(available)",
                    at: place, help: "use 'optimizer: sgd' (two words less for each synapse), a larger machine, or train in the loop")
            ], isRefusal: true)
    }

    var note: Diagnostic {
        let largest = cores.map(\.bytes).max() ?? 0
        return Diagnostic(
            "on-chip-single-precision",
            "learnt in the arithmetic of '\(chip.name)', float32: \(synapses) synapses of up to \(perSynapse) bytes, \(Self.kilobytes(bytes)) KB in \(cores.count) cores, the fullest with \(Self.kilobytes(largest)) of \(Self.kilobytes(limit)) KB",
            severity: .warning)
    }

    private static func kilobytes(_ bytes: Int) -> String { shortest((Double(bytes) / 1024 * 10).rounded() / 10) }
}
