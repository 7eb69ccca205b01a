import Chips
import Diagnostics
import Storage

extension ArtifactManifest {
    /// The chip and core of a part as the manifest names them, as an index among the image's cores.
    typealias CoreIndex = (_ chip: Int, _ core: Int) -> Int?

    /// The populations of neurons.
    /// - Parameters:
    ///   - compartments: by index among the image's cores: how many compartments there are.
    ///   - origins: reads a dataset of membrane origins.
    func populations(
        _ index: CoreIndex, compartments: [Int], origins: (String) throws(DiagnosticsError) -> [Double]
    ) throws(DiagnosticsError) -> [PopulationImage] {
        guard let list = json["populations"]?.array else { throw Self.damaged(path, "'populations' is missing") }
        var populations: [PopulationImage] = []
        for (number, entry) in list.enumerated() {
            func fail(_ what: String) -> DiagnosticsError { Self.damaged(path, "population \(number): \(what)") }
            guard let name = entry["name"]?.string, let size = Self.size(of: entry),
                let scale = entry["membrane"]?["scale"]?.double, scale > 0, let parts = entry["parts"]?.array
            else { throw fail("its name, size, shape, membrane or parts are missing or wrong") }
            guard !populations.contains(where: { $0.name == name }) else { throw fail("'\(name)' is listed twice") }
            var images: [PopulationImage.Part] = []
            var next = 0
            for part in parts {
                guard let chip = part["chip"]?.int, let core = part["core"]?.int, let offset = part["offset"]?.int,
                    let range = part["neurons"]?.ints, range.count == 2, let place = index(chip, core)
                else { throw fail("'\(name)' has a part without chip, core, offset or neurons, or on a core without registers") }
                guard range[0] == next, range[1] > next, range[1] <= size, offset >= 0,
                    offset <= compartments[place] - (range[1] - range[0])
                else { throw fail("a part of '\(name)' holds neurons \(range) at compartment \(offset), which do not fit") }
                next = range[1]
                images.append(.init(core: place, offset: offset, neurons: range[0]..<range[1]))
            }
            guard next == size else { throw fail("'\(name)' has \(size) neurons, and its parts hold \(next)") }
            let origin: [Double]
            if let value = entry["membrane"]?["origin"]?.double {
                origin = [Double](repeating: value, count: size)
            } else if let dataset = entry["membrane"]?["origin"]?.string {
                origin = try origins(dataset)
            } else {
                throw fail("the membrane of '\(name)' has no origin")
            }
            guard origin.count == size else { throw fail("'\(name)' has \(size) neurons and \(origin.count) membrane origins") }
            populations.append(PopulationImage(name: name, size: size, parts: images, scale: scale, origin: origin))
        }
        return populations
    }

    /// The populations whose spikes come from outside, with the name of each one's axon table.
    func inputs(_ chip: Chip) throws(DiagnosticsError) -> [(image: InputImage, axons: String)] {
        guard let list = json["inputs"]?.array else { throw Self.damaged(path, "'inputs' is missing") }
        var inputs: [(image: InputImage, axons: String)] = []
        for (number, entry) in list.enumerated() {
            guard let name = entry["name"]?.string, let size = Self.size(of: entry),
                let scale = entry["payload_scale"]?.double, let axons = entry["axons"]?.string
            else { throw Self.damaged(path, "input \(number): its name, size, shape, payload_scale or axons are missing or wrong") }
            guard !inputs.contains(where: { $0.image.name == name }) else {
                throw Self.damaged(path, "input \(number): '\(name)' is listed twice")
            }
            let image = InputImage(name: name, size: size, payloadScale: scale, payloadBits: chip.formats.payloadBits)
            inputs.append((image, axons))
        }
        return inputs
    }

    /// The size of a population, when it is the product of its shape.
    private static func size(of entry: JSONValue) -> Int? {
        guard let size = entry["size"]?.int, (0...1 << 30).contains(size), let shape = entry["shape"]?.ints else { return nil }
        var product = 1
        for length in shape {
            let (next, overflow) = product.multipliedReportingOverflow(by: length)
            guard length >= 0, !overflow else { return nil }
            product = next
        }
        return product == size ? size : nil
    }
}
