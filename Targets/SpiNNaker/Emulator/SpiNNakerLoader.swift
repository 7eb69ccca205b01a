import Chips
import Diagnostics
import FrontEnd
import Numerics
import Storage

/// Boots from an artifact alone: the manifest, the chip's description, router tables and SDRAM images.
///
/// It shares the chip's description and arithmetic with the writer, and nothing else: what is not in the files it cannot know. Nothing
/// in a file is trusted; what does not fit ends in a diagnostic that names the file and the place in it.
struct SpiNNakerLoader {
    private let manifest: ArtifactManifest
    private let chip: Chip
    private let torus: HexagonalTorus

    init(_ directory: String) throws(DiagnosticsError) {
        manifest = try ArtifactManifest(directory)
        try manifest.checkAllFiles()
        chip = try readChip(try manifest.checkedFile("chip.yaml"))
        guard case .hexagonalTorus(let torus) = chip.topology else {
            throw ArtifactManifest.damaged(manifest.path, "the chip is no hexagonal torus")
        }
        self.torus = torus
    }

    func image(threads: Int) throws(DiagnosticsError) -> SpiNNakerImage {
        guard let timestep = manifest.json["timestep_ms"]?.double, timestep > 0, timestep <= 1e6 else {
            throw ArtifactManifest.damaged(manifest.path, "'timestep_ms' is missing or no time")
        }
        let entries = try coreEntries()
        var indices: [Int: Int] = [:]
        for (index, entry) in entries.enumerated() { indices[entry.number] = index }
        let populations = try parts("populations", indices)
        let inputs = try parts("inputs", indices)
        var sourceSizes: [Int: Int] = [:]
        for input in inputs { for part in input.parts { sourceSizes[part.core] = part.neurons.count } }
        let sizes = sourceSizes
        let cores = try parallelMap(Array(entries.indices), threads: threads) { index throws(DiagnosticsError) in
            let entry = entries[index]
            return try SpiNNakerCoreDecoder(try SDRAMFile(entry.path), number: entry.number, label: entry.label)
                .core(binary: entry.binary, sourceSize: sizes[index])
        }
        try check(populations, cores, areSources: false)
        try check(inputs, cores, areSources: true)
        return SpiNNakerImage(
            chip: chip, torus: torus, timestep: timestep, cores: cores, tables: try tables(), populations: populations, inputs: inputs)
    }

    // MARK: Cores

    private struct CoreEntry: Sendable {
        var number: Int
        var binary: String
        var path: String
        var label: String
    }

    /// The used cores, ascending by number; each exists and is not dead.
    private func coreEntries() throws(DiagnosticsError) -> [CoreEntry] {
        guard let list = manifest.json["cores"]?.array else { throw damaged("'cores' is missing") }
        var entries: [CoreEntry] = []
        for (index, entry) in list.enumerated() {
            guard let number = number(entry), let binary = entry["binary"]?.string, let file = entry["file"]?.string else {
                throw damaged("core \(index) of 'cores' lacks its place, binary or file, or is not on the machine")
            }
            if chip.faults.deadCores.contains(number) { throw damaged("core \(index) of 'cores' is dead") }
            let label = entry["label"]?.string ?? file
            entries.append(CoreEntry(number: number, binary: binary, path: try manifest.checkedFile(file), label: label))
        }
        entries.sort { $0.number < $1.number }
        for (entry, next) in zip(entries, entries.dropFirst()) where entry.number == next.number {
            throw damaged("\(entry.label) and \(next.label) are on one core")
        }
        return entries
    }

    /// The physical number of `{x, y, p}`; nil where there is no core.
    private func number(_ entry: JSONValue) -> Int? {
        guard let x = entry["x"]?.int, let y = entry["y"]?.int, let p = entry["p"]?.int, (0..<torus.width).contains(x),
            (0..<torus.height).contains(y)
        else { return nil }
        let router = torus.router(x: x, y: y)
        guard p >= 0, p < torus.cores[router] else { return nil }
        return router * torus.coresPerChip + p
    }

    // MARK: Routers

    private func tables() throws(DiagnosticsError) -> [[MulticastEntry]] {
        var tables = [[MulticastEntry]](repeating: [], count: torus.routerCount)
        guard let list = manifest.json["routers"]?.array else { throw damaged("'routers' is missing") }
        for (index, entry) in list.enumerated() {
            guard let x = entry["x"]?.int, let y = entry["y"]?.int, let file = entry["file"]?.string, (0..<torus.width).contains(x),
                (0..<torus.height).contains(y), torus.hasChip(torus.router(x: x, y: y))
            else { throw damaged("router \(index) of 'routers' lacks its place or file, or is not on the machine") }
            let table = try self.table(try manifest.checkedFile(file))
            guard table.count <= torus.routerEntries else {
                throw damaged("\(file) has \(table.count) entries, and a router \(torus.routerEntries)")
            }
            tables[torus.router(x: x, y: y)] = table
        }
        return tables
    }

    /// Entries of 16 bytes: index and an unused half, route, key, mask; the end is all ones.
    private func table(_ path: String) throws(DiagnosticsError) -> [MulticastEntry] {
        let words = try SDRAMFile.words(path)
        guard words.count % 4 == 0, words.count >= 4, words.suffix(4).allSatisfy({ $0 == .max }) else {
            throw ArtifactManifest.damaged(path, "it does not end in an entry of ones")
        }
        var table: [MulticastEntry] = []
        for index in 0..<words.count / 4 - 1 {
            let entry = MulticastEntry(key: words[4 * index + 2], mask: words[4 * index + 3], route: words[4 * index + 1])
            guard words[4 * index] == UInt32(index), entry.key & ~entry.mask == 0, entry.route < 1 << 24 else {
                throw ArtifactManifest.damaged(path, "entry \(index) is out of order, or has bits that no entry has")
            }
            table.append(entry)
        }
        return table
    }

    // MARK: Populations

    private func parts(_ key: String, _ indices: [Int: Int]) throws(DiagnosticsError) -> [SpiNNakerImage.Population] {
        guard let list = manifest.json[key]?.array else { throw damaged("'\(key)' is missing") }
        var populations: [SpiNNakerImage.Population] = []
        for (index, entry) in list.enumerated() {
            func fail(_ what: String) -> DiagnosticsError { damaged("entry \(index) of '\(key)': \(what)") }
            guard let name = entry["name"]?.string, let size = entry["size"]?.int, (0...1 << 30).contains(size),
                let list = entry["parts"]?.array
            else { throw fail("its name, size or parts are missing or wrong") }
            guard !populations.contains(where: { $0.name == name }) else { throw fail("'\(name)' is listed twice") }
            var population = SpiNNakerImage.Population(name: name, size: size, parts: [])
            var next = 0
            for part in list {
                guard let number = number(part), let core = indices[number], let range = part["neurons"]?.ints, range.count == 2,
                    range[0] == next, range[1] > next, range[1] <= size
                else { throw fail("a part of '\(name)' is on no used core, or its neurons do not follow the part before") }
                next = range[1]
                population.parts.append(.init(core: core, neurons: range[0]..<range[1]))
            }
            guard next == size else { throw fail("'\(name)' has \(size) neurons, and its parts hold \(next)") }
            if key == "populations" {
                guard let scale = entry["membrane"]?["scale"]?.double, scale > 0 else { throw fail("its membrane has no scale") }
                population.scale = scale
                if let origin = entry["membrane"]?["origin"]?.double {
                    population.origin = [Double](repeating: origin, count: size)
                } else {
                    population.origin = entry["membrane"]?["origin"]?.array?.compactMap { $0.double } ?? []
                }
                guard population.origin.count == size else { throw fail("its membrane has no origin for each of \(size) neurons") }
            }
            populations.append(population)
        }
        return populations
    }

    /// Every core has one part at most, of as many neurons as its image says.
    private func check(
        _ populations: [SpiNNakerImage.Population], _ cores: [SpiNNakerCore], areSources: Bool
    ) throws(DiagnosticsError) {
        var isUsed = [Bool](repeating: false, count: cores.count)
        for population in populations {
            for part in population.parts {
                let count: Int?
                switch cores[part.core].program {
                case .neurons(let program): count = areSources ? nil : program.kernel.count
                case .source(let size): count = areSources ? size : nil
                case .delay: count = nil
                }
                guard count == part.neurons.count, !isUsed[part.core] else {
                    throw damaged("\(cores[part.core].label) does not hold the \(part.neurons.count) neurons of '\(population.name)' alone")
                }
                isUsed[part.core] = true
            }
        }
    }

    private func damaged(_ what: String) -> DiagnosticsError { ArtifactManifest.damaged(manifest.path, what) }
}
