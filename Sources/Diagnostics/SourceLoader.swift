import Foundation

/// Supplies the text of a file that a diagnostic names, so that the renderer can quote it; answers nil for what cannot be read.
public struct SourceLoader: Sendable {
    /// The bytes of the file of that name, in whatever encoding they are.
    public var bytes: @Sendable (_ file: String) -> [UInt8]?

    public init(_ bytes: @escaping @Sendable (_ file: String) -> [UInt8]?) { self.bytes = bytes }

    /// Quotes nothing.
    public static let none = SourceLoader { _ in nil }

    /// Reads regular files of at most 64 MiB; anything else (pipes, directories) is not quoted.
    public static let fileSystem = SourceLoader { file in
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: resolved(file)),
            attributes[.type] as? FileAttributeType == .typeRegular,
            let size = attributes[.size] as? Int, size <= 64 << 20,
            let data = FileManager.default.contents(atPath: file)
        else { return nil }
        return [UInt8](data)
    }

    /// Quotes these texts, by file name.
    public static func texts(_ texts: [String: String]) -> SourceLoader {
        SourceLoader { file in texts[file].map { Array($0.utf8) } }
    }

    /// `attributesOfItem` does not follow links.
    private static func resolved(_ file: String) -> String { URL(fileURLWithPath: file).resolvingSymlinksInPath().path }
}

/// The lines of a file, split at LF, CR LF and CR: the line breaks that places count.
struct SourceLines {
    private let bytes: [UInt8]
    private let starts: [Int]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var starts = [bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0]
        for index in bytes.indices {
            let isBreak = bytes[index] == 0x0A || bytes[index] == 0x0D && (index + 1 == bytes.count || bytes[index + 1] != 0x0A)
            if isBreak { starts.append(index + 1) }
        }
        self.starts = starts
    }

    /// The characters of a line, counted from 1, without its line break; invalid bytes become U+FFFD. Nil beyond the end.
    subscript(line: Int) -> [Unicode.Scalar]? {
        guard line >= 1, line <= starts.count else { return nil }
        var end = line < starts.count ? starts[line] : bytes.count
        while end > starts[line - 1], bytes[end - 1] == 0x0A || bytes[end - 1] == 0x0D { end -= 1 }
        return Array(String(decoding: bytes[starts[line - 1]..<end], as: UTF8.self).unicodeScalars)
    }
}
