public import Diagnostics
import Networks
import Numerics
import Storage

/// Everything that a trainer needs to go on: named arrays, in an order that the trainer fixes.
public struct TrainerState: Hashable, Sendable {
    public enum Values: Hashable, Sendable {
        case floats([Float])
        case doubles([Double])
        case integers([Int])
    }

    public struct Entry: Hashable, Sendable {
        public var name: String
        public var values: Values

        public init(_ name: String, _ values: Values) {
            self.name = name
            self.values = values
        }
    }

    /// What the state belongs to: rule, options, network and data, as text. A state is taken up only by its like.
    public var signature: String
    public var epochsDone: Int
    public var entries: [Entry]

    public init(signature: String, epochsDone: Int, entries: [Entry]) {
        self.signature = signature
        self.epochsDone = epochsDone
        self.entries = entries
    }

    public subscript(name: String) -> Values? { entries.first { $0.name == name }?.values }

    /// Writes the state as an HDF5 file, aside first: at `path` there is always a whole one.
    public func write(to path: String) throws(DiagnosticsError) {
        try HDF5File.write(to: path) { (file: HDF5File) throws(DiagnosticsError) in
            try file.write(text: signature, to: "signature")
            try file.write(scalar: epochsDone, to: "epochs_done")
            for entry in entries {
                switch entry.values {
                case .floats(let values): try file.write(values, to: "state/\(entry.name)")
                case .doubles(let values): try file.write(values, to: "state/\(entry.name)")
                case .integers(let values): try file.write(values, to: "state/\(entry.name)")
                }
            }
        }
    }

    /// Reads what `write(to:)` wrote.
    public init(readingFrom path: String) throws(DiagnosticsError) {
        let file = try HDF5File.open(path)
        signature = try file.readString("signature")
        epochsDone = try file.readInteger("epochs_done")
        entries = []
        for name in try file.members(of: "state") {
            let array = try file.read("state/\(name)")
            switch array.elementType {
            case .float32: entries.append(Entry(name, .floats(array.floats)))
            case .float64: entries.append(Entry(name, .doubles(array.doubles)))
            default: entries.append(Entry(name, .integers(array.integers ?? [])))
            }
        }
    }
}
