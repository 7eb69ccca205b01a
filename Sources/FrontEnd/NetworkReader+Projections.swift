import Diagnostics
import Networks
import Numerics
import YAML

extension NetworkReader {
    /// What the connectors, weights and delays of one projection are checked against.
    struct ProjectionContext {
        /// The projection's.
        var name: String
        var owner: String
        var pre: PopulationDraft
        var post: PopulationDraft
        var isRecurrent: Bool
    }

    mutating func readProjections(_ node: Node, into network: inout Network) {
        guard let items = node.isNull ? [] : attempt({ () throws(DiagnosticsError) in try node.asSequence("'projections' of the network") })
        else { return }
        var places: [String: SourceRange?] = [:]
        for (index, item) in items.enumerated() {
            guard let projection = readProjection(item, number: index + 1) else { continue }
            if let first = places[projection.name] {
                let isDefault = projection.name == defaultName(projection.pre, projection.post)
                collector.report(
                    Diagnostic(
                        .duplicateProjection, "two projections have the name '\(projection.name)'", at: item["name"]?.place ?? item.place,
                        notes: [Diagnostic.Note("the other is here", at: first)],
                        help: isDefault
                            ? "name one of them, such as 'name: \(projection.name).inhibitory'" : "give each projection a name of its own"))
            } else {
                places[projection.name] = projection.place
            }
            network.projections.append(projection)
        }
    }

    private func defaultName(_ pre: ID<Population>, _ post: ID<Population>) -> String {
        "\(drafts[pre.index].name)->\(drafts[post.index].name)"
    }

    private mutating func readProjection(_ node: Node, number: Int) -> Projection? {
        let position = "projection \(number)"
        var owner = position
        if let pre = node["pre"]?.scalar?.text, let post = node["post"]?.scalar?.text {
            owner = "projection '\(node["name"]?.scalar?.text ?? "\(pre)->\(post)")'"
        }
        var reader = MappingReader(node, of: owner)
        let (preNode, postNode) = (reader.required("pre"), reader.required("post"))
        let pre = preNode.flatMap { population($0, "'pre' of \(owner)") }
        let post = postNode.flatMap { population($0, "'post' of \(owner)") }
        let connectorNode = reader.required("connector")
        let weightNode = reader.optional("weight")
        let delayNode = reader.optional("delay")
        let receptor = reader.value("receptor", .choice(of: Receptor.self), default: .bySign)
        let nameNode = reader.optional("name")
        let name = nameNode.flatMap { reader.read($0, as: "name", .name) }
        if let name { checkProjectionName(name, at: nameNode?.place) }
        let trainable = reader.optional("trainable", .bool)
        reader.finish(into: &collector)
        guard let pre, let post else { return nil }
        let context = ProjectionContext(
            name: name ?? defaultName(pre, post), owner: owner, pre: drafts[pre.index], post: drafts[post.index], isRecurrent: pre == post)
        checkEnds(context, preNode, postNode)
        guard let connectorNode, let connection = readConnector(connectorNode, context) else { return nil }
        let weight = readWeight(weightNode, connection, context, at: node.place)
        let delay = readDelay(delayNode, connection, context)
        if let weight { checkSign(weight, receptor, context, at: weightNode?.place ?? connectorNode.place) }
        var isPooling = false
        if case .pooling = connection.connector { isPooling = true }
        return Projection(
            name ?? defaultName(pre, post), from: pre, to: post, connection.connector, weight: weight ?? .constant(0),
            delay: delay ?? .constant(1), receptor: receptor, isTrainable: trainable ?? !isPooling, place: node.place)
    }

    /// Names of projections may also contain the arrow of the default name.
    private mutating func checkProjectionName(_ name: String, at place: SourceRange?) {
        checkName(name.split(separator: "->", omittingEmptySubsequences: false).joined(separator: "."), of: "a projection", at: place)
    }

    /// The population of a name, or nil after reporting that there is none.
    mutating func population(_ node: Node, _ name: String) -> ID<Population>? {
        guard let text = attempt({ () throws(DiagnosticsError) in try Reading.name.parse(node, name) }) else { return nil }
        if let index = draftIndex[text] { return ID(index) }
        unknownNames += 1
        let known = drafts.prefix(unknownNames > 20 ? 20 : drafts.count).map(\.name)
        collector.report(
            Diagnostic(
                .unknownPopulation, "\(name): there is no population '\(text.prefix(64))'", at: node.place,
                label: nearestName(to: text, among: known).map { "did you mean '\($0)'?" },
                help: known.isEmpty
                    ? "add it under 'populations'"
                    : "the populations are \(known.prefix(20).joined(separator: ", "))\(drafts.count > 20 ? ", …" : "")"))
        return nil
    }

    /// Refuses projections out of what never sends, and into what never listens.
    private mutating func checkEnds(_ context: ProjectionContext, _ pre: Node?, _ post: Node?) {
        if let cell = context.post.cell, cell.isSource {
            collector.report(
                Diagnostic(
                    .postIsSource, "\(context.owner) ends at \(context.post.owner), whose cell '\(cell.name)' only sends", at: post?.place,
                    help: "give '\(context.post.name)' a neuron model, such as 'cell: lif', or exchange 'pre' and 'post'"))
        }
        if case .neuron(let model) = context.pre.cell, model.kind == .leakyReadout {
            collector.report(
                Diagnostic(
                    .silentSource, "\(context.owner) begins at \(context.pre.owner), whose cell 'li' never sends", at: pre?.place,
                    help: "give '\(context.pre.name)' a cell that spikes, such as 'lif', or remove the projection"))
        }
    }
}
