import Diagnostics
import Networks
import Numerics
import YAML

extension NetworkReader {
    /// Weights are in the unit of what they are added to: nA for currents of PyNN's cells, potential otherwise.
    func weightUnit(_ context: ProjectionContext) -> ValueUnit {
        guard case .neuron(let model) = context.post.cell else { return .physical("mV") }
        switch model.kind {
        case .currentExponential, .currentAlpha: return .physical("nA")
        case .conductanceExponential: return .physical("µS")
        case .rate: return .none(reason: "'rate' has no dimension")
        default: return ValueUnit(.potential, context.post.units)
        }
    }

    /// A number, a distribution, a list (nested as the connector's shape is) or a file.
    mutating func readWeight(_ node: Node?, _ connection: Connection, _ context: ProjectionContext, at place: SourceRange?) -> ValueRule? {
        let name = "'weight' of \(context.owner)"
        guard let node else {
            if let weights = connection.weights { return .tensor(weights) }
            if case .pooling = connection.connector { return .constant(1) }
            collector.report(
                Diagnostic(
                    .noWeight, "\(context.owner) has no weight", at: place,
                    help: "add for instance 'weight: {normal: {sigma: 0.1}}', or 'weight: 1'"))
            return nil
        }
        guard !isGivenTwice(connection.weights, node, "weight", context) else { return nil }
        return readRule(node, name, in: weightUnit(context), connection, context)
    }

    mutating func isGivenTwice(_ listed: Tensor?, _ node: Node, _ key: String, _ context: ProjectionContext) -> Bool {
        guard listed != nil else { return false }
        collector.report(
            Diagnostic(
                .listValuesTwice, "\(context.owner) has a '\(key)' and a \(key) in each row of its list", at: node.place,
                help: "remove one of them"))
        return true
    }

    /// The numbers of a projection, as given.
    mutating func readRule(
        _ node: Node, _ name: String, in unit: ValueUnit, _ connection: Connection, _ context: ProjectionContext
    ) -> ValueRule? {
        switch node.content {
        case .null, .scalar:
            guard let value = number(node, name, in: unit) else { return nil }
            guard abs(value) <= Double(Float.greatestFiniteMagnitude) else {
                reportTooLarge(value, name, at: node.place)
                return nil
            }
            return .constant(value)
        case .sequence:
            guard let list = nestedNumbers(node, name, in: unit),
                let shape = tensorShape(connection, context, list.shape, name, at: node.place),
                hasShape(list.shape, shape, connection, context, name, at: node.place)
            else { return nil }
            return tensor(shape, list.values, nil, name, at: node.place).map { .tensor($0) }
        case .mapping:
            guard isFileReference(node) else { return readDistribution(node, name, in: unit).map { .drawn($0) } }
            let known = knownShape(connection, context)
            let array = readArray(node, name) { found in
                guard let known else { return (true, "") }
                let fits = found == known || found == Self.fullShape(connection, context)
                return (fits, "\(text(known))\(Self.hint(found, known, connection, context))")
            }
            guard let array, let shape = tensorShape(connection, context, array.shape, name, at: node.place) else { return nil }
            return tensor(shape, array.doubles, reference(node), name, at: node.place).map { .tensor($0) }
        }
    }

    /// The shape that the connector asks of given numbers (see `Tensor`), as far as it is known before synapses are drawn.
    private func knownShape(_ connection: Connection, _ context: ProjectionContext) -> [Int]? {
        guard let pre = context.pre.size, let post = context.post.size else { return nil }
        switch connection.connector {
        case .allToAll: return [pre, post]
        case .oneToOne: return [post]
        case .list(let pairs): return [pairs.count]
        case .convolution(let convolution):
            func channels(_ population: PopulationDraft) -> Int {
                guard let shape = population.shape, shape.count > convolution.rank else { return 1 }
                return shape[0]
            }
            return [channels(context.post), channels(context.pre) / convolution.groups] + convolution.kernel
        case .pooling, .fixedProbability, .fixedNumberPre, .fixedNumberPost, .fixedTotalNumber: return nil
        }
    }

    /// The shape of given numbers; synapses that are drawn take a plain list, which training may have left, counted when they are known.
    private mutating func tensorShape(
        _ connection: Connection, _ context: ProjectionContext, _ found: [Int], _ name: String, at place: SourceRange?
    ) -> [Int]? {
        if let shape = knownShape(connection, context) { return shape }
        guard context.pre.shape != nil, context.post.shape != nil else { return nil }
        let kind = connection.connector.name
        if case .pooling = connection.connector {
            collector.report(
                Diagnostic(
                    .weightsForRandom, "\(name) lists numbers, but the weights of '\(kind)' are those of its window, times one number",
                    at: place, help: "write one number or a distribution"))
            return nil
        }
        let count = found.reduce(1, *)
        countedLater.append((context.name, name, count, place))
        return [count]
    }

    /// Whether numbers that are given for drawn synapses are as many as these.
    mutating func checkDrawnCounts(_ network: Network) {
        guard !collector.hasErrors else { return }
        for (projection, name, found, place) in countedLater {
            guard let id = network.projection(named: projection) else { continue }
            let connector = network.projections[id].connector.name
            let ends = [network.projections[id].pre, network.projections[id].post].map { network.populations[$0].size }
            // Counting draws for every neuron takes time; nobody lists numbers for so many.
            let drawn = (ends.max() ?? 0) <= Self.longestList ? SynapseRows(id, of: network).synapseCount : nil
            guard found != drawn else { continue }
            let synapses = drawn.map { "draws \(count($0, "synapse")) with the seed \(network.seed)" } ?? "draws too many synapses to list"
            collector.report(
                Diagnostic(
                    .weightsForRandom, "\(name) has \(count(found, "number")), but '\(connector)' \(synapses)", at: place,
                    help: "write one number or a distribution, or list the synapses: 'connector: {list: …}'"))
        }
    }

    /// The same numbers in the axes of the populations.
    private static func fullShape(_ connection: Connection, _ context: ProjectionContext) -> [Int]? {
        switch connection.connector {
        case .allToAll: (context.pre.shape ?? []) + (context.post.shape ?? [])
        case .oneToOne: context.post.shape
        default: nil
        }
    }

    /// Weights of training frameworks are [target, source].
    private static func hint(_ found: [Int], _ wanted: [Int], _ connection: Connection, _ context: ProjectionContext) -> String {
        guard case .allToAll = connection.connector else { return "" }
        guard found.count == 2, found == wanted.reversed() else { return " ([source, target])" }
        return " ([source, target]); transpose it, in numpy 'weight.T'"
    }

    private mutating func hasShape(
        _ found: [Int], _ wanted: [Int], _ connection: Connection, _ context: ProjectionContext, _ name: String, at place: SourceRange?
    ) -> Bool {
        if found == wanted || found == Self.fullShape(connection, context) || knownShape(connection, context) == nil { return true }
        collector.report(
            Diagnostic(
                .tensorShape,
                "\(name) has the shape \(text(found)), but '\(connection.connector.name)' between \(text(context.pre.shape ?? [])) and "
                    + "\(text(context.post.shape ?? [])) needs \(text(wanted))",
                at: place, help: "give it the shape \(text(wanted))\(Self.hint(found, wanted, connection, context))"))
        return false
    }

    /// Single-precision numbers; those that do not fit are refused.
    mutating func tensor(_ shape: [Int], _ values: [Double], _ origin: String?, _ name: String, at place: SourceRange?) -> Tensor? {
        for value in values where !(abs(value) <= Double(Float.greatestFiniteMagnitude)) {
            reportTooLarge(value, name, at: place)
            return nil
        }
        return Tensor(shape: shape, values: values.map { Float($0) }, origin: origin)
    }

    private mutating func reportTooLarge(_ value: Double, _ name: String, at place: SourceRange?) {
        collector.report(
            Diagnostic(
                .valueTooLarge, "\(name) is \(text(value)), and must be a finite number of at most \(Float.greatestFiniteMagnitude)",
                at: place,
                help: "check its unit; weights are held in single precision"))
    }

    /// A fixed receptor takes weights of one sign; conductances are not negative.
    mutating func checkSign(_ weight: ValueRule, _ receptor: Receptor, _ context: ProjectionContext, at place: SourceRange?) {
        guard receptor != .bySign else { return }
        let isConductance = context.post.cell?.neuron?.kind == .conductanceExponential
        let bounds: ClosedRange<Double>
        switch weight {
        case .constant(let value): bounds = value...value
        case .drawn(let distribution): bounds = distribution.range
        case .tensor(let tensor): bounds = Double(tensor.values.min() ?? 0)...Double(tensor.values.max() ?? 0)
        }
        let isExcitatory = receptor == .excitatory || isConductance
        let worst = isExcitatory ? bounds.lowerBound : bounds.upperBound
        guard isExcitatory ? worst < 0 : worst > 0 else { return }
        let isWhollyWrong = isExcitatory ? bounds.upperBound < 0 : bounds.lowerBound > 0
        collector.report(
            Diagnostic(
                .weightSign,
                "\(context.owner) has the receptor '\(receptor.rawValue)', but "
                    + "\(isWhollyWrong ? "its weights reach" : "some of its weights may reach") \(text(worst))",
                at: place,
                help:
                    "write \(isExcitatory ? "weights of at least 0\(isConductance ? ", as PyNN's conductances are" : "")" : "negative weights, as in PyNN"), or 'receptor: by_sign'",
                severity: isWhollyWrong ? .error : .warning))
    }
}
