import Diagnostics
import Networks
import YAML

/// The connectors by their names in YAML.
enum ConnectorName: String, CaseIterable {
    case allToAll = "all_to_all"
    case oneToOne = "one_to_one"
    case fixedProbability = "fixed_probability"
    case fixedNumberPre = "fixed_number_pre"
    case fixedNumberPost = "fixed_number_post"
    case fixedTotalNumber = "fixed_total_number"
    case list
    case conv1d, conv2d
    case sumPool = "sum_pool"
    case averagePool = "avg_pool"
}

extension NetworkReader {
    /// A connector, with the values that a list may bring along (in its order, sorted by source and target).
    struct Connection {
        var connector: Connector
        var place: SourceRange?
        var weights: Tensor?
        /// In steps.
        var delays: Tensor?
    }

    mutating func readConnector(_ node: Node, _ context: ProjectionContext) -> Connection? {
        let known = ConnectorName.allCases.map(\.rawValue)
        let name = "'connector' of \(context.owner)"
        guard let variant = attempt({ () throws(DiagnosticsError) in try Reading.variant(among: known).parse(node, name) }),
            let kind = ConnectorName(rawValue: variant.name)
        else { return nil }
        if kind == .list { return readList(variant, context) }
        var reader = MappingReader(variant.options, of: "the connector '\(kind.rawValue)' of \(context.owner)", keys: "option")
        let connector: Connector?
        switch kind {
        case .list: connector = nil
        case .allToAll: connector = .allToAll(allowSelf: allowSelf(&reader))
        case .oneToOne: connector = oneToOne(context, at: variant.place)
        case .fixedProbability:
            let allowSelf = allowSelf(&reader)
            connector = reader.required("p", .fraction).map { .fixedProbability($0, allowSelf: allowSelf) }
        case .fixedNumberPre:
            connector = fixedNumber(&reader, context, of: context.pre).map {
                .fixedNumberPre($0.count, withReplacement: $0.withReplacement, allowSelf: $0.allowSelf)
            }
        case .fixedNumberPost:
            connector = fixedNumber(&reader, context, of: context.post).map {
                .fixedNumberPost($0.count, withReplacement: $0.withReplacement, allowSelf: $0.allowSelf)
            }
        case .fixedTotalNumber:
            let allowSelf = allowSelf(&reader)
            connector = reader.required("n", .integer(atLeast: 0, atMost: Int(Int32.max))).flatMap { total in
                hasCandidates(context, allowSelf: allowSelf, total, at: variant.place)
                    ? .fixedTotalNumber(total, allowSelf: allowSelf) : nil
            }
        case .conv1d: connector = readConvolution(&reader, rank: 1, context, at: variant.place)
        case .conv2d: connector = readConvolution(&reader, rank: 2, context, at: variant.place)
        case .sumPool: connector = readPooling(&reader, .sum, context, at: variant.place)
        case .averagePool: connector = readPooling(&reader, .average, context, at: variant.place)
        }
        let isSound = !reader.collector.hasErrors
        reader.finish(into: &collector)
        guard isSound, let connector else { return nil }
        return Connection(connector: connector, place: variant.place)
    }

    private func allowSelf(_ reader: inout MappingReader) -> Bool { reader.value("allow_self", .bool, default: true) }

    private mutating func oneToOne(_ context: ProjectionContext, at place: SourceRange?) -> Connector? {
        guard let pre = context.pre.shape, let post = context.post.shape, let m = context.pre.size, let n = context.post.size, m != n
        else { return .oneToOne }
        collector.report(
            Diagnostic(
                .sizesDiffer,
                "\(context.owner) connects one to one, but '\(context.pre.name)' has \(count(m, "neuron")) of shape \(text(pre)) and "
                    + "'\(context.post.name)' has \(n) of shape \(text(post))",
                at: place, help: "give both the same size, or use another connector, such as all_to_all"))
        return nil
    }

    /// `n` partners of each neuron of the other side, out of `population`.
    private mutating func fixedNumber(
        _ reader: inout MappingReader, _ context: ProjectionContext, of population: PopulationDraft
    ) -> (count: Int, withReplacement: Bool, allowSelf: Bool)? {
        let node = reader.required("n")
        let wanted = node.flatMap { reader.read($0, as: "n", .integer(atLeast: 0, atMost: Self.largestPopulation)) }
        let withReplacement = reader.value("with_replacement", .bool, default: false)
        let allowSelf = allowSelf(&reader)
        guard let wanted, let size = population.size else { return nil }
        let excludesSelf = context.isRecurrent && !allowSelf
        let available = size - (excludesSelf ? 1 : 0)
        let isPossible = withReplacement ? available > 0 || wanted == 0 : wanted <= available
        if !isPossible {
            collector.report(
                Diagnostic(
                    .tooManyPartners,
                    "\(context.owner) draws \(wanted) partners without replacement, but '\(population.name)' has only "
                        + "\(count(available, "neuron"))\(excludesSelf ? " besides the neuron itself" : "")",
                    at: node?.place,
                    help: available > 0
                        ? "write at most 'n: \(available)', or 'with_replacement: true'"
                        : "write 'allow_self: true', or a larger population"))
            return nil
        }
        return (wanted, withReplacement, allowSelf)
    }

    private mutating func hasCandidates(_ context: ProjectionContext, allowSelf: Bool, _ total: Int, at place: SourceRange?) -> Bool {
        guard context.isRecurrent, !allowSelf, context.pre.size == 1, total > 0 else { return true }
        collector.report(
            Diagnostic(
                .tooManyPartners, "\(context.owner) draws \(total) synapses, but '\(context.pre.name)' has only the neuron itself",
                at: place,
                help: "write 'allow_self: true', or a larger population"))
        return false
    }
}
