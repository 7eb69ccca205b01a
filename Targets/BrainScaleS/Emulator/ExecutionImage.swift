import Diagnostics
import Storage

/// One `chip-<n>.bss2.json` as the chip would be configured by it; read as `Documentation/Targets/brainscales.md` says.
struct ExecutionImage: Sendable {
    struct Neuron: Sendable {
        var population: String
        var index: Int
        var anchor: Int
        var circuits: [Int]
        var spikes: Bool
        /// Event output and address, where its events are seen.
        var spikeMaster: Int?
        var address: Int?
        /// LSB; threshold infinite: never spikes.
        var leak: Double
        var reset: Double
        var threshold: Double
        var initial: Double
        /// µs; excitatory, inhibitory.
        var membraneTime: Double
        var synapseTime: [Double]
        var refractory: Double
        /// LSB/µs for a weight of 1.
        var gain: [Double]
        var constantSlope: Double
    }

    struct Node: Sendable {
        var input: Int
        var output: Int
        var mask: Int
        var target: Int
    }

    struct Driver: Sendable {
        var isOn: Bool
        var mask: Int
    }

    var neurons: [Neuron] = []
    /// [512]; nil: disabled; else the receptor, 0 excitatory, 1 inhibitory.
    var receptors: [Int?] = []
    /// [256].
    var drivers: [Driver] = []
    /// [hemisphere][row × column].
    var weights: [[UInt8]] = []
    var labels: [[UInt8]] = []
    var nodes: [Node] = []
    /// [population] → [neuron] → SpikeLabels.
    var externalLabels: [(population: String, labels: [[Int]])] = []
    /// Who a recorded event is: key (event output << 8) | address.
    var decode: [Int: (population: Int, neuron: Int)] = [:]
    var populations: [String] = []
    /// µs.
    var wait = 0.0
    /// µs of the hardware in 1 ms of the model.
    var timeScale = 1.0
    /// LSB per unit of potential, and the leak, by population.
    var scales: [String: (perUnit: Double, leak: Double)] = [:]

    static let columns = 256
    static let hemispheres = 2

    init(_ path: String) throws(DiagnosticsError) {
        let json = try JSONValue(file: path, limit: 1 << 28)
        func fail(_ what: String) -> DiagnosticsError { ArtifactManifest.damaged(path, what) }
        func list(_ key: String) throws(DiagnosticsError) -> [JSONValue] {
            guard let values = json[key]?.array else { throw fail("'\(key)' is missing") }
            return values
        }
        guard json["format"]?.string == "bss2/1" else { throw fail("'format' is not 'bss2/1'") }
        populations = try list("populations").compactMap(\.string)
        for (number, entry) in try list("neurons").enumerated() { neurons.append(try Neuron(entry, number, path)) }
        try checkNeurons(fail)
        receptors = [Int?](repeating: nil, count: Self.hemispheres * Self.columns)
        var given: Set<Int> = []
        for entry in try list("synapse_rows") {
            guard let row = entry["row"]?.int, receptors.indices.contains(row), let mode = entry["mode"]?.string,
                let receptor = ["excitatory": 0, "inhibitory": 1, "disabled": -1][mode]
            else { throw fail("an entry of 'synapse_rows' has no row of the chip or no mode") }
            guard given.insert(row).inserted else { throw fail("'synapse_rows' has row \(row) twice") }
            receptors[row] = receptor < 0 ? nil : receptor
        }
        drivers = [Driver](repeating: Driver(isOn: false, mask: 0), count: 256)
        guard given.count == receptors.count else { throw fail("'synapse_rows' has \(given.count) rows, and the chip \(receptors.count)") }
        given = []
        for entry in try list("synapse_drivers") {
            guard let driver = entry["driver"]?.int, drivers.indices.contains(driver), let isOn = entry["enable_receiver"]?.bool,
                let mask = entry["row_address_compare_mask"]?.int, (0..<32).contains(mask)
            else { throw fail("an entry of 'synapse_drivers' has no driver of the chip or no mask of 5 bits") }
            guard given.insert(driver).inserted else { throw fail("'synapse_drivers' has driver \(driver) twice") }
            drivers[driver] = Driver(isOn: isOn, mask: mask)
        }
        guard given.count == drivers.count else {
            throw fail("'synapse_drivers' has \(given.count) drivers, and the chip \(drivers.count)")
        }
        for block in try list("synapse_blocks") {
            guard let weights = block["weights"]?.string.flatMap(Self.bytes), let labels = block["labels"]?.string.flatMap(Self.bytes)
            else {
                throw fail("'synapse_blocks' does not hold 256 × 256 numbers of 6 bits")
            }
            self.weights.append(weights)
            self.labels.append(labels)
        }
        guard weights.count == Self.hemispheres else { throw fail("'synapse_blocks' has \(weights.count) hemispheres, and the chip two") }
        for entry in try list("crossbar_nodes") {
            guard let input = entry["input"]?.int, (0..<20).contains(input), let output = entry["output"]?.int, (0..<12).contains(output),
                let mask = entry["mask"]?.int, let target = entry["target"]?.int
            else { throw fail("an entry of 'crossbar_nodes' lies outside the crossbar") }
            nodes.append(Node(input: input, output: output, mask: mask, target: target))
        }
        for entry in try list("external_labels") {
            guard let population = entry["population"]?.string, let labels = entry["labels"]?.array else {
                throw fail("an entry of 'external_labels' has no population or labels")
            }
            let numbers = labels.map { $0.ints ?? [-1] }
            guard !externalLabels.contains(where: { $0.population == population }) else {
                throw fail("'external_labels' has population '\(population)' twice")
            }
            if let neuron = numbers.firstIndex(where: { !$0.allSatisfy((0..<1 << 16).contains) }) {
                throw fail("neuron \(neuron) of '\(population)' in 'external_labels' has a label that is no number of 16 bits")
            }
            externalLabels.append((population, numbers))
        }
        let known = Set(neurons.map { NeuronName(population: $0.population, index: $0.index) })
        for entry in try list("decode") {
            guard let numbers = entry.ints, numbers.count == 4, populations.indices.contains(numbers[2]) else {
                throw fail("an entry of 'decode' is not [event output, address, population, neuron]")
            }
            guard (0..<8).contains(numbers[0]), (0..<256).contains(numbers[1]),
                known.contains(NeuronName(population: populations[numbers[2]], index: numbers[3]))
            else { throw fail("\(numbers) in 'decode' names an event or a neuron that there is not") }
            decode[numbers[0] << 8 | numbers[1]] = (numbers[2], numbers[3])
        }
        guard let batch = json["batch"]?["wait_us"]?.double, let time = json["scales"]?["time_us_per_ms"]?.double,
            (0...1e9).contains(batch),
            (1e-6...1e6).contains(time)
        else {
            throw fail("'batch' or 'scales' is missing, or holds times that no chip has")
        }
        (wait, timeScale) = (batch, time)
        for entry in json["scales"]?["populations"]?.array ?? [] {
            guard let name = entry["population"]?.string, let scale = entry["membrane_lsb_per_unit"]?.double,
                let leak = entry["leak_lsb"]?.double
            else { continue }
            scales[name] = (scale, leak)
        }
    }

    private struct NeuronName: Hashable {
        var population: String
        var index: Int
    }

    /// Every neuron belongs to a population that the file lists, and none is there twice.
    private func checkNeurons(_ fail: (String) -> DiagnosticsError) throws(DiagnosticsError) {
        var seen: Set<NeuronName> = []
        for (number, neuron) in neurons.enumerated() {
            guard populations.contains(neuron.population) else {
                throw fail("entry \(number) of 'neurons' is of population '\(neuron.population)', which 'populations' does not list")
            }
            guard seen.insert(NeuronName(population: neuron.population, index: neuron.index)).inserted else {
                throw fail("'neurons' has neuron \(neuron.index) of '\(neuron.population)' twice")
            }
        }
    }

    /// 256 × 256 numbers of 6 bits.
    private static func bytes(_ text: String) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(columns * columns)
        var (bits, count): (UInt32, Int) = (0, 0)
        for character in text.utf8 {
            let value: UInt32
            switch character {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = UInt32(character) - 65
            case UInt8(ascii: "a")...UInt8(ascii: "z"): value = UInt32(character) - 97 + 26
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = UInt32(character) - 48 + 52
            case UInt8(ascii: "+"): value = 62
            case UInt8(ascii: "/"): value = 63
            case UInt8(ascii: "="): continue
            default: return nil
            }
            (bits, count) = (bits << 6 | value, count + 6)
            if count >= 8 {
                count -= 8
                result.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return result.count == columns * columns && result.allSatisfy { $0 < 64 } ? result : nil
    }
}

extension ExecutionImage.Neuron {
    /// Potentials in LSB and slopes in LSB/µs are far below this on any chip.
    private static let largest = -1e6...1e6
    /// µs.
    private static let times = 1e-6...1e6

    init(_ entry: JSONValue, _ number: Int, _ path: String) throws(DiagnosticsError) {
        func fail(_ what: String) -> DiagnosticsError { ArtifactManifest.damaged(path, "entry \(number) of 'neurons' \(what)") }
        guard let population = entry["population"]?.string, let index = entry["index"]?.int, (0..<1 << 24).contains(index) else {
            throw fail("has no population or no index")
        }
        guard let circuits = entry["circuits"]?.ints, let anchor = entry["anchor"]?.int, !circuits.isEmpty,
            (circuits + [anchor]).allSatisfy({ (0..<512).contains($0) })
        else { throw fail("has no circuits of the chip") }
        guard (0..<512).contains(entry["spike_master"]?.int ?? 0), (0..<256).contains(entry["event_address"]?.int ?? 0) else {
            throw fail("sends events from no circuit, or with no address of 8 bits")
        }
        guard let target = entry["calibration_target"] else { throw fail("has no 'calibration_target'") }
        func value(_ key: String, _ range: ClosedRange<Double>) throws(DiagnosticsError) -> Double {
            guard let value = target[key]?.double, range.contains(value) else {
                throw fail("has '\(key)' outside \(range.lowerBound) to \(range.upperBound)")
            }
            return value
        }
        func pair(_ key: String, _ range: ClosedRange<Double>) throws(DiagnosticsError) -> [Double] {
            guard let values = target[key]?.doubles, values.count == 2, values.allSatisfy(range.contains) else {
                throw fail("has '\(key)' that is not two numbers from \(range.lowerBound) to \(range.upperBound)")
            }
            return values
        }
        let (leak, reset) = (try value("leak", Self.largest), try value("reset", Self.largest))
        let (initial, slope) = (try value("initial_membrane", Self.largest), try value("constant_slope", Self.largest))
        let (membraneTime, synapseTime) = (try value("tau_mem_us", Self.times), try pair("tau_syn_us", Self.times))
        let (refractory, gain) = (
            try value("refractory_us", 0...Self.times.upperBound), try pair("synapse_gain", 0...Self.largest.upperBound)
        )
        let threshold = target["threshold"]?.double ?? .infinity
        guard threshold > max(leak, reset) else { throw fail("has a threshold at or below its leak or reset") }
        self.init(
            population: population, index: index, anchor: anchor, circuits: circuits, spikes: target["threshold"]?.double != nil,
            spikeMaster: entry["spike_master"]?.int, address: entry["event_address"]?.int, leak: leak, reset: reset,
            threshold: target["threshold"]?.double ?? .infinity, initial: initial, membraneTime: membraneTime, synapseTime: synapseTime,
            refractory: refractory, gain: gain, constantSlope: slope)
    }
}
