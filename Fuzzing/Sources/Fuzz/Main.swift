import Diagnostics
import Foundation

/// The entry that the environment chooses.
private let chosen: Entry = {
    let name = ProcessInfo.processInfo.environment["FUZZ_ENTRY"] ?? entries[0].name
    guard let entry = entries.first(where: { $0.name == name }) else {
        print("no entry '\(name)'; there are: \(entries.map(\.name).joined(separator: ", "))")
        exit(64)
    }
    return entry
}()

/// What libFuzzer calls with each input. A diagnostic is rendered as well: rendering must never fail.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let bytes = [UInt8](UnsafeBufferPointer(start: data, count: size))
    do throws(DiagnosticsError) { try chosen.read(bytes) } catch {
        let text = Renderer(sources: SourceLoader { _ in bytes }).render(error)
        precondition(!text.isEmpty, "bug in the renderer: no text")
    }
    return 0
}
