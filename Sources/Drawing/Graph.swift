import CGraphviz
public import Diagnostics
public import Foundation
import Synchronization

/// The formats in which a drawing is written.
public enum DrawingFormat: String, CaseIterable, Hashable, Sendable { case svg, png, dot }

/// A graph for Graphviz as plain values: nodes at fixed places, edges, attributes by their Graphviz names.
public struct Graph: Hashable, Sendable {
    public struct Node: Hashable, Sendable {
        public var name: String
        public var attributes: [Attribute]
    }

    public struct Edge: Hashable, Sendable {
        public var from: String
        public var to: String
        public var attributes: [Attribute]
    }

    public struct Attribute: Hashable, Sendable {
        public var name: String
        public var value: String
        /// An HTML-like label.
        public var isHTML: Bool

        public init(_ name: String, _ value: String, isHTML: Bool = false) {
            self.name = name
            self.value = value
            self.isHTML = isHTML
        }
    }

    public var attributes: [Attribute] = []
    /// Drawn in this order, later ones on top.
    public var nodes: [Node] = []
    public var edges: [Edge] = []

    public init() {}

    public mutating func add(node name: String, _ attributes: KeyValuePairs<String, String>) {
        nodes.append(Node(name: name, attributes: attributes.map { Attribute($0.key, $0.value) }))
    }

    public mutating func add(edge from: String, _ to: String, _ attributes: KeyValuePairs<String, String>) {
        edges.append(Edge(from: from, to: to, attributes: attributes.map { Attribute($0.key, $0.value) }))
    }
}

/// Graphviz keeps global state, so one drawing is made at a time.
private let graphviz = Mutex<Void>(())

extension Graph {
    /// The drawing, with every node where its `pos` says.
    public func render(_ format: DrawingFormat) throws(DiagnosticsError) -> Data {
        let result: Result<Data, DiagnosticsError> = graphviz.withLock { _ in
            spikewright_silence_messages()
            guard let context = gvContext() else { return .failure(Self.failure("no context")) }
            defer { gvFreeContext(context) }
            guard let graph = build() else { return .failure(Self.failure("no graph")) }
            defer { agclose(graph) }
            // `nop` keeps the places that the nodes have and only routes the edges.
            guard gvLayout(context, graph, "nop") == 0 else { return .failure(Self.failure("layout")) }
            defer { gvFreeLayout(context, graph) }
            var bytes: UnsafeMutablePointer<CChar>?
            var count: UInt32 = 0
            guard gvRenderData(context, graph, format.rawValue, &bytes, &count) == 0, let bytes else {
                return .failure(Self.failure("rendering as \(format.rawValue)"))
            }
            defer { gvFreeRenderData(bytes) }
            return .success(Data(bytes: bytes, count: Int(count)))
        }
        return try result.get()
    }

    private func build() -> UnsafeMutablePointer<Agraph_t>? {
        guard let graph = spikewright_open_directed("placement") else { return nil }
        for attribute in attributes { set(attribute, on: graph, in: graph) }
        var handles: [String: UnsafeMutablePointer<Agnode_t>] = [:]
        for node in nodes {
            let handle = spikewright_node(graph, node.name)
            handles[node.name] = handle
            for attribute in node.attributes { set(attribute, on: handle, in: graph) }
        }
        for (index, edge) in edges.enumerated() {
            guard let from = handles[edge.from], let to = handles[edge.to] else { continue }
            let handle = spikewright_edge(graph, from, to, "e\(index)")
            for attribute in edge.attributes { set(attribute, on: handle, in: graph) }
        }
        return graph
    }

    private func set(_ attribute: Attribute, on object: UnsafeMutableRawPointer?, in graph: UnsafeMutablePointer<Agraph_t>) {
        if attribute.isHTML {
            spikewright_set_html(graph, object, attribute.name, attribute.value)
        } else {
            spikewright_set(object, attribute.name, attribute.value)
        }
    }

    private static func failure(_ what: String) -> DiagnosticsError {
        let message = aglasterr().map { String(cString: $0).trimmingCharacters(in: .whitespacesAndNewlines) } ?? ""
        return DiagnosticsError(
            Diagnostic(
                "drawing-graphviz", "Graphviz failed: \(what)\(message.isEmpty ? "" : ": \(message)")",
                help: "check that Graphviz's plugins are installed (Scripts/setup does it), or draw with -f dot"))
    }
}
