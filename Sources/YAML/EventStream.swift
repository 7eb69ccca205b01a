import CYAML
import Diagnostics

/// What libyaml reports next, with character offsets into the text.
struct Event {
    enum Kind {
        case documentStart, documentEnd, streamStart, streamEnd
        case alias(String)
        case scalar(String, Scalar.Style)
        case sequenceStart(isFlow: Bool)
        case sequenceEnd
        case mappingStart(isFlow: Bool)
        case mappingEnd
    }

    var kind: Kind
    var tag: String?
    var anchor: String?
    var start: Int
    var end: Int
}

/// A text as a stream of YAML events; the only place that calls libyaml.
///
/// libyaml keeps pointers into its parser and its input, so both live on the heap at fixed addresses as long as this object.
final class EventStream {
    private let text: SourceText
    private let input: UnsafeMutableBufferPointer<UInt8>
    private let parser: UnsafeMutablePointer<yaml_parser_t>

    init(_ text: SourceText) {
        self.text = text
        input = .allocate(capacity: max(text.bytes.count, 1))
        _ = input.update(fromContentsOf: text.bytes)
        parser = .allocate(capacity: 1)
        let isInitialised = yaml_parser_initialize(parser) == 1
        precondition(isInitialised, "libyaml has no memory for a parser")
        yaml_parser_set_input_string(parser, input.baseAddress, text.bytes.count)
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        input.deallocate()
    }

    func next() throws(DiagnosticsError) -> Event {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw DiagnosticsError(syntaxFault()) }
        defer { yaml_event_delete(&event) }
        return Self.event(of: event)
    }

    private static func event(of event: yaml_event_t) -> Event {
        var result = Event(kind: .streamEnd, start: Int(event.start_mark.index), end: Int(event.end_mark.index))
        switch event.type {
        case YAML_STREAM_START_EVENT: result.kind = .streamStart
        case YAML_DOCUMENT_START_EVENT: result.kind = .documentStart
        case YAML_DOCUMENT_END_EVENT: result.kind = .documentEnd
        case YAML_ALIAS_EVENT: result.kind = .alias(string(event.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            result.kind = .scalar(String(decoding: bytes, as: UTF8.self), style(scalar.style))
            (result.tag, result.anchor) = (string(scalar.tag), string(scalar.anchor))
        case YAML_SEQUENCE_START_EVENT:
            let start = event.data.sequence_start
            result.kind = .sequenceStart(isFlow: start.style == YAML_FLOW_SEQUENCE_STYLE)
            (result.tag, result.anchor) = (string(start.tag), string(start.anchor))
        case YAML_SEQUENCE_END_EVENT: result.kind = .sequenceEnd
        case YAML_MAPPING_START_EVENT:
            let start = event.data.mapping_start
            result.kind = .mappingStart(isFlow: start.style == YAML_FLOW_MAPPING_STYLE)
            (result.tag, result.anchor) = (string(start.tag), string(start.anchor))
        case YAML_MAPPING_END_EVENT: result.kind = .mappingEnd
        default: break
        }
        return result
    }

    private static func string(_ bytes: UnsafeMutablePointer<UInt8>?) -> String? { bytes.map { String(cString: $0) } }

    private static func style(_ style: yaml_scalar_style_t) -> Scalar.Style {
        switch style {
        case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
        case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
        case YAML_LITERAL_SCALAR_STYLE: .literal
        case YAML_FOLDED_SCALAR_STYLE: .folded
        default: .plain
        }
    }

    private func syntaxFault() -> Diagnostic {
        let state = parser.pointee
        return SyntaxFault(
            problem: state.problem.map { String(cString: $0) } ?? "the text cannot be read",
            offset: Int(state.problem_mark.index),
            context: state.context.map { String(cString: $0) } ?? "",
            contextOffset: Int(state.context_mark.index),
            text: text
        ).diagnostic
    }
}
