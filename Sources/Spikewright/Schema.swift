import FrontEnd
import Storage

/// The kinds of YAML description.
public enum DescriptionKind: String, CaseIterable, Sendable { case network, target }

/// The JSON Schema of a kind of description, for editors.
public func schema(of kind: DescriptionKind) -> String {
    switch kind {
    case .network: networkSchema().text(pretty: true)
    case .target: chipSchema().text(pretty: true)
    }
}
