import Diagnostics

/// What libyaml has to say about a broken text, put in the words of somebody who has to mend it.
struct SyntaxFault {
    var problem: String
    var offset: Int
    /// What libyaml was doing: `while scanning a quoted scalar`.
    var context: String
    /// Where that began.
    var contextOffset: Int
    var text: SourceText

    var diagnostic: Diagnostic {
        let here = text.range(offset, offset + 1)
        switch problem {
        case "found character that cannot start any token": return unexpectedCharacter(at: here)
        case "found a tab character that violates indentation", "found a tab character where an indentation space is expected":
            return tab(at: here)
        case "found unexpected end of stream", "found unexpected document indicator":
            return Diagnostic(
                "yaml-unterminated-quote", "this quoted text has no end", at: text.range(contextOffset, contextOffset + 1),
                label: "opened here", notes: [Diagnostic.Note("the search for its end stopped here", at: here)],
                help: "close the quote; inside single quotes, write a single quote twice")
        case "found unknown escape character", "did not find expected hexdecimal number", "found invalid Unicode character escape code":
            return Diagnostic(
                "yaml-escape", "this is no escape sequence of a double-quoted text", at: here,
                help: "write '\\\\' for a backslash, or use single quotes, in which a backslash is just that")
        case "did not find expected ',' or ']'": return unclosed("list", bracket: "]", at: here)
        case "did not find expected ',' or '}'": return unclosed("mapping", bracket: "}", at: here)
        case "did not find expected key": return indentation("expected a key of the mapping that began above", at: here)
        case "did not find expected '-' indicator":
            return indentation("expected '- ' and the next item of the list that began above", at: here)
        case "block sequence entries are not allowed in this context": return indentation("a list item may not stand here", at: here)
        case "mapping keys are not allowed in this context": return indentation("a key may not stand here", at: here)
        case "mapping values are not allowed in this context", "found unexpected ':'":
            return Diagnostic(
                "yaml-unexpected-colon", "a value may not begin here", at: here, label: "this ':' separates no key from a value",
                help: "put a space behind the ':' of every key, indent the keys of one mapping alike, and quote a text that contains ': '")
        case "could not find expected ':'":
            return Diagnostic(
                "yaml-missing-colon", "expected ':' behind a key", at: text.range(contextOffset, contextOffset + 1), label: "this key",
                help: "write 'key: value' on one line, with a space behind the colon")
        case "did not find expected node content":
            return Diagnostic(
                "yaml-missing-value", "expected a value", at: here, help: "write the value, or 'null'; remove a comma too many")
        case "did not find expected alphabetic or numeric character":
            let kind = context.hasSuffix("alias") ? "alias" : "anchor"
            return Diagnostic(
                "yaml-anchor-name", "the name of this \(kind) has other characters than letters, digits, '_' and '-'", at: here,
                help: "quote a text that begins with '*' or '&'")
        case "found an indentation indicator equal to 0", "did not find expected comment or line break":
            return Diagnostic(
                "yaml-block-text", "this is no beginning of a text block", at: here,
                help: "write '|' or '>', if need be with '+' or '-' and an indentation from 1 to 9, and the text on the next line")
        case "found undefined tag handle":
            return tag("this tag begins with an unknown handle", at: text.range(contextOffset, contextOffset + 1))
        case _ where context.hasSuffix(" tag"): return tag("this is no tag", at: text.range(contextOffset, contextOffset + 1))
        case "found incompatible YAML document", "did not find expected <document start>": return .directive(at: here)
        case _ where context.contains("directive"): return .directive(at: here)
        default:
            return Diagnostic("yaml-syntax", "the text is no YAML: \(problem)\(context.isEmpty ? "" : " \(context)")", at: here)
        }
    }

    private func unexpectedCharacter(at place: SourceRange) -> Diagnostic {
        let character = text.character(offset)
        if character == "\t" { return tab(at: place) }
        return Diagnostic(
            "yaml-reserved-character", "no value may begin with '\(character.map { String($0) } ?? "")'", at: place,
            help: "put the text in quotes")
    }

    private func tab(at place: SourceRange) -> Diagnostic {
        Diagnostic("yaml-tab", "a tab may not be used for indentation", at: place, help: "indent with spaces")
    }

    private func indentation(_ message: String, at place: SourceRange) -> Diagnostic {
        var notes: [Diagnostic.Note] = []
        if context.hasPrefix("while parsing a block") {
            notes = [Diagnostic.Note("it began here", at: text.range(contextOffset, contextOffset + 1))]
        }
        return Diagnostic(
            "yaml-indentation", message, at: place, notes: notes,
            help: "indent what belongs to one mapping or list alike, and what belongs to a key deeper than the key")
    }

    private func unclosed(_ kind: String, bracket: Character, at place: SourceRange) -> Diagnostic {
        Diagnostic(
            "yaml-unclosed-bracket", "expected ',' or '\(bracket)'", at: place,
            notes: [Diagnostic.Note("this \(kind) began here", at: text.range(contextOffset, contextOffset + 1))],
            help: "separate items with ',' and close the \(kind) with '\(bracket)'")
    }

    private func tag(_ message: String, at place: SourceRange) -> Diagnostic {
        Diagnostic("yaml-unknown-tag", message, at: place, help: Diagnostic.tagHelp)
    }
}

extension Diagnostic {
    static let tagHelp =
        "remove it; the known tags are !!str, !!int, !!float, !!bool, !!null, !!seq and !!map, and a text may begin with '!' in quotes"

    static func directive(at place: SourceRange) -> Diagnostic {
        Diagnostic(
            "yaml-directive", "a line that begins with '%' may only be '%YAML 1.2', once, followed by a line '---'", at: place,
            help: "remove it; quote a text that begins with '%'")
    }
}
