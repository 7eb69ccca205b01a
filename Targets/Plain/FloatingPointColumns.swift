import Diagnostics
import Lowering
import Networks
import Storage

/// The neurons of a core in single precision, as columns that are written by name
/// (`Documentation/Targets/plain-artifact.md`).
struct FloatingPointColumns: Sendable {
    /// By name, in the order of `realNames`: float32.
    private var reals = [[Float]](repeating: [], count: Self.realNames.count)
    /// How a neuron resets and compares, and how long it is held.
    private var law: [UInt8] = []
    private var refractory: [UInt32] = []

    static let realNames = [
        "initial_membrane", "membrane_decay", "excitatory_decay", "inhibitory_decay", "drive", "threshold", "reset_value", "beta",
        "adaptation_decay",
    ]

    var count: Int { law.count }

    /// Adds the neurons of a slice.
    mutating func add(_ neurons: FloatingPointNeurons, _ range: Range<Int>) {
        let columns = [
            neurons.initialMembrane, neurons.membraneDecay, neurons.currentDecay[0], neurons.currentDecay[1], neurons.drive,
            neurons.threshold, neurons.resetValue, neurons.beta, neurons.adaptationDecay,
        ]
        for (index, column) in columns.enumerated() { reals[index] += column[range] }
        let reset: UInt8 =
            switch neurons.reset {
            case .toValue: 0
            case .subtract: 1
            case .subtractNext: 2
            }
        var bits = reset | (neurons.comparison == .atOrAbove ? 4 : 0) | (neurons.order == .membraneFirst ? 8 : 0)
        if neurons.refractory == .blocked { bits |= 16 }
        if neurons.resetAmount == .adapted { bits |= 32 }
        if neurons.sendsValues { bits = 64 }
        law += range.map { _ in bits }
        refractory += neurons.refractorySteps[range].map { UInt32($0) }
    }

    func write(to file: HDF5File, _ group: String) throws(DiagnosticsError) {
        for (name, values) in zip(Self.realNames, reals) { try file.write(values, to: "\(group)/neurons/\(name)") }
        try file.write(law, to: "\(group)/neurons/law")
        try file.write(refractory, to: "\(group)/neurons/refractory")
    }
}
