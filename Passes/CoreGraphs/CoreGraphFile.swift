public import Diagnostics
import Numerics
public import Storage

/// A core graph without a network behind it: how many cores, who sends to whom, how many packets (format coregraph/1, gzip or plain JSON).
///
/// Keys of the file: `populations` [{name, first, count, neurons, rate, per_core?}], contiguous ranges of cores, and `nets`
/// [[source core, packets per second, [a0, b0, a1, b1, …]]] with targets as inclusive ranges.
public struct CoreGraphFile: Sendable {
    public struct Population: Sendable {
        public var name: String
        public var cores: Range<Int>
        /// Neurons of each of its cores.
        public var neurons: [Int]
    }

    public struct CoreNet: Sendable {
        public var source: Int
        /// Packets per second.
        public var weight: Double
        /// Cores, ascending.
        public var targets: [Int32]
    }

    public var name: String
    public var neurons: Int
    public var populations: [Population]
    public var nets: [CoreNet]

    public var coreCount: Int { populations.last?.cores.upperBound ?? 0 }
    /// By core: the neurons on it.
    public var neuronsOfCores: [Int] { populations.flatMap(\.neurons) }

    public init(_ path: String) throws(DiagnosticsError) { try self.init(try JSONValue(file: path), file: path) }

    public init(_ json: JSONValue, file: String) throws(DiagnosticsError) {
        func fault(_ what: String) -> DiagnosticsError {
            DiagnosticsError(
                Diagnostic(
                    "core-graph-file", "\(file): \(what)", help: "give a core graph in the format coregraph/1 (Documentation/Passes.md)"))
        }
        guard json["format"]?.string == "coregraph/1", let name = json["name"]?.string, let neurons = json["neurons"]?.int,
            let most = json["neurons_per_core"]?.int, most > 0, let list = json["populations"]?.array, let rows = json["nets"]?.array
        else { throw fault("a part is missing, or the format is not coregraph/1") }
        self.name = name
        self.neurons = neurons
        populations = []
        var end = 0
        for item in list {
            guard let name = item["name"]?.string, let first = item["first"]?.int, let count = item["count"]?.int,
                let size = item["neurons"]?.int, first == end, (1...1 << 24).contains(count), size >= 0
            else { throw fault("population \(populations.count) is incomplete or does not follow the one before") }
            end += count
            let even = (0..<count).map { min(most, max(0, size - $0 * most)) }
            let perCore = item["per_core"]?.ints ?? even
            guard perCore.count == count else {
                throw fault("'per_core' of population '\(name)' has \(perCore.count) items for \(count) cores")
            }
            populations.append(Population(name: name, cores: first..<end, neurons: perCore))
        }
        guard end > 0 else { throw fault("there is no core") }
        nets = []
        var hasNet = [Bool](repeating: false, count: end)
        for row in rows {
            guard let source = row[0]?.int, let weight = row[1]?.double, let ranges = row[2]?.ints, (0..<end).contains(source), weight >= 0,
                ranges.count % 2 == 0, !hasNet[source]
            else { throw fault("net \(nets.count) is not [core, packets per second, [first, last, …]], or its core has another net") }
            hasNet[source] = true
            var targets: [Int32] = []
            for index in stride(from: 0, to: ranges.count, by: 2) {
                guard ranges[index] > Int(targets.last ?? -1), ranges[index] <= ranges[index + 1], ranges[index + 1] < end else {
                    throw fault("the targets of net \(nets.count) are not ascending ranges of cores below \(end)")
                }
                targets += (ranges[index]...ranges[index + 1]).map { Int32($0) }
            }
            nets.append(CoreNet(source: source, weight: weight, targets: targets))
        }
    }
}
