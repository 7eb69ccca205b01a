public import Diagnostics
import Foundation
public import Testing

/// Golden files: what a test once showed and a person reviewed. `BLESS=1` rewrites them.
public enum Golden {
    /// The top of the checkout.
    public static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// `Tests/Golden`.
    public static let directory = repository + "/Tests/Golden"

    public static let isBlessing = ProcessInfo.processInfo.environment["BLESS"] == "1"

    /// The names, without suffix, of the inputs with that suffix in a folder of `Tests/Golden`, sorted.
    public static func names(in folder: String, suffix: String = "yaml") -> [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: "\(directory)/\(folder)")) ?? []
        return files.filter { $0.hasSuffix(".\(suffix)") }.map { String($0.dropLast(suffix.count + 1)) }.sorted()
    }

    /// The bytes of a file of `Tests/Golden`.
    public static func bytes(_ path: String) -> [UInt8]? {
        FileManager.default.contents(atPath: "\(directory)/\(path)").map { [UInt8]($0) }
    }

    /// Renders an error whose places are in one file of these bytes, as a user would see it.
    public static func rendered(_ error: DiagnosticsError, quoting bytes: [UInt8]) -> String {
        Renderer(sources: SourceLoader { _ in bytes }).render(error)
    }
}

/// Expects a text to be the content of a file of `Tests/Golden`: `expectGolden(text, "stages/digits.expected")`.
public func expectGolden(_ actual: String, _ path: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let file = "\(Golden.directory)/\(path)"
    if Golden.isBlessing {
        do {
            try FileManager.default.createDirectory(atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try Data(actual.utf8).write(to: URL(fileURLWithPath: file))
        } catch {
            Issue.record("cannot write \(path): \(error)", sourceLocation: sourceLocation)
        }
        return
    }
    guard let bytes = Golden.bytes(path) else {
        Issue.record("Tests/Golden/\(path) does not exist; BLESS=1 writes it. It would be:\n\(actual)", sourceLocation: sourceLocation)
        return
    }
    let expected = String(decoding: bytes, as: UTF8.self)
    if expected != actual {
        Issue.record(
            "differs from Tests/Golden/\(path) (BLESS=1 rewrites it)\n--- expected\n\(expected)--- actual\n\(actual)",
            sourceLocation: sourceLocation)
    }
}

/// Reads `Tests/Golden/<folder>/<name>.yaml`, expects the reading to fail, and the rendered error to be `<name>.expected` beside it.
///
/// - Parameter read: reads the bytes of the input, which messages call by the given plain file name.
/// - Returns: the diagnostics, so that a suite can check that it shows every id.
@discardableResult
public func expectGoldenError(
    _ name: String, in folder: String, suffix: String = "yaml", sourceLocation: SourceLocation = #_sourceLocation,
    read: (_ bytes: [UInt8], _ file: String) throws(DiagnosticsError) -> Void
) -> [Diagnostic] {
    guard let bytes = Golden.bytes("\(folder)/\(name).\(suffix)") else {
        Issue.record("Tests/Golden/\(folder)/\(name).\(suffix) does not exist", sourceLocation: sourceLocation)
        return []
    }
    do throws(DiagnosticsError) {
        try read(bytes, "\(name).\(suffix)")
        Issue.record("\(folder)/\(name).\(suffix) was read without an error", sourceLocation: sourceLocation)
        return []
    } catch {
        expectGolden(Golden.rendered(error, quoting: bytes), "\(folder)/\(name).expected", sourceLocation: sourceLocation)
        return error.diagnostics
    }
}
