import Networks
import Numerics
import YAML

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension NetworkPrinter {
    func projection(_ projection: Projection) -> Node {
        let (pre, post) = (network.populations[projection.pre], network.populations[projection.post])
        var entries: [Node.Entry] = []
        if projection.name != "\(pre.name)->\(post.name)" { entries.append(entry("name", Node(projection.name))) }
        let key = "projections/\(projection.name)"
        entries += [
            entry("pre", Node(pre.name)), entry("post", Node(post.name)),
            entry("connector", connector(projection.connector, "\(key)/list")),
            entry("weight", rule(projection.weight, "\(key)/weight") { plain(text($0)) }),
        ]
        if projection.delay != .constant(1) {
            entries.append(entry("delay", rule(projection.delay, "\(key)/delay", logarithm: log(network.timestep), time)))
        }
        if projection.receptor != .bySign { entries.append(entry("receptor", Node(projection.receptor.rawValue))) }
        var isPooling = false
        if case .pooling = projection.connector { isPooling = true }
        if projection.isTrainable == isPooling { entries.append(entry("trainable", Node(projection.isTrainable))) }
        return mapping(entries)
    }

    /// - Parameter value: prints one number of the rule.
    private func rule(_ rule: ValueRule, _ key: String, logarithm: Double = 0, _ value: (Double) -> Node) -> Node {
        switch rule {
        case .constant(let number): value(number)
        case .drawn(let distribution): self.distribution(distribution, value, logarithm: logarithm)
        case .tensor(let tensor):
            reference(key) ?? tensor.origin.map(fileReference) ?? nested(tensor.values[...], tensor.shape[...], value)
        }
    }

    /// Lists in lists of that shape, row-major.
    private func nested(_ values: ArraySlice<Float>, _ shape: ArraySlice<Int>, _ value: (Double) -> Node) -> Node {
        guard let count = shape.first, shape.count > 1 else { return Node(values.map { value(Double($0)) }) }
        let length = shape.dropFirst().reduce(1, *)
        return Node(
            (0..<count).map { row in
                let start = values.startIndex + row * length
                return nested(values[start..<start + length], shape.dropFirst(), value)
            })
    }

    /// `weights.h5:/hidden/weight` → `{file: weights.h5, dataset: /hidden/weight}`.
    private func fileReference(_ origin: String) -> Node {
        for suffix in NetworkReader.hdf5Suffixes {
            guard let (file, dataset) = divided(origin, behind: ".\(suffix):") else { continue }
            return mapping([entry("file", Node(file)), entry("dataset", Node(dataset))])
        }
        return mapping([entry("file", Node(origin))])
    }

    /// The parts before and behind the colon that ends `mark`.
    private func divided(_ text: String, behind mark: String) -> (String, String)? {
        var index = text.startIndex
        while index < text.endIndex {
            if text[index...].hasPrefix(mark) {
                let end = text.index(index, offsetBy: mark.count)
                return (String(text[..<text.index(before: end)]), String(text[end...]))
            }
            index = text.index(after: index)
        }
        return nil
    }

    private func connector(_ connector: Connector, _ key: String) -> Node {
        func options(_ entries: [Node.Entry], allowSelf: Bool = true) -> Node {
            variant(connector.name, allowSelf ? entries : entries + [entry("allow_self", false)])
        }
        switch connector {
        case .allToAll(let allowSelf): return options([], allowSelf: allowSelf)
        case .oneToOne: return options([])
        case .fixedProbability(let probability, let allowSelf):
            return options([entry("p", plain(text(probability)))], allowSelf: allowSelf)
        case .fixedNumberPre(let count, let withReplacement, let allowSelf),
            .fixedNumberPost(let count, let withReplacement, let allowSelf):
            return options([entry("n", Node(count))] + (withReplacement ? [entry("with_replacement", true)] : []), allowSelf: allowSelf)
        case .fixedTotalNumber(let count, let allowSelf): return options([entry("n", Node(count))], allowSelf: allowSelf)
        case .list(let pairs):
            let rows = reference(key) ?? Node(pairs.map { integers([Int($0.source), Int($0.target)]) })
            return mapping([entry(connector.name, rows)])
        case .convolution(let convolution):
            var entries = [entry("kernel", integers(convolution.kernel))]
            if convolution.stride.contains(where: { $0 != 1 }) { entries.append(entry("stride", integers(convolution.stride))) }
            if convolution.padding.contains(where: { $0 != 0 }) { entries.append(entry("padding", integers(convolution.padding))) }
            if convolution.dilation.contains(where: { $0 != 1 }) { entries.append(entry("dilation", integers(convolution.dilation))) }
            if convolution.groups != 1 { entries.append(entry("groups", Node(convolution.groups))) }
            return options(entries)
        case .pooling(let pooling):
            return options(
                [entry("window", integers(pooling.window))]
                    + (pooling.stride == pooling.window ? [] : [entry("stride", integers(pooling.stride))]))
        }
    }
}
