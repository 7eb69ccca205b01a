import CHDF5
public import Diagnostics
import Synchronization

/// An HDF5 file: groups of datasets, written so that equal contents give equal bytes, and read without trusting it.
///
/// Files carry no times and keep to the oldest format (superblock 0, old-style groups), which every reader knows. Paths are
/// separated by `/`; groups on the way to a dataset are made as needed. All files share one lock, because the library has no other.
/// A value that goes without ``close()`` closes its file silently.
public final class HDF5File: Sendable {
    /// The file as the user named it.
    public let path: String
    /// The library's file; negative when it is read without the library.
    let handle: hid_t
    /// The contents of a file that is read without the library.
    let image: HDF5Image?

    private init(path: String, handle: hid_t, image: HDF5Image? = nil) {
        self.path = path
        self.handle = handle
        self.image = image
    }

    deinit { if handle >= 0 { HDF5.locked { if H5Iis_valid(handle) > 0 { H5Fclose(handle) } } } }

    /// Starts an empty file at `path`, instead of what was there. To replace a file in one step, use ``write(to:body:)``.
    public static func create(_ path: String) throws(DiagnosticsError) -> HDF5File {
        let handle = HDF5.locked {
            let access = H5Pcreate(spk_h5p_file_access())
            defer { H5Pclose(access) }
            spk_h5_keep_oldest_format(access)
            H5Pset_fclose_degree(access, H5F_CLOSE_STRONG)
            // Metadata and small datasets are gathered into large writes; the figures change speed only.
            H5Pset_meta_block_size(access, 1 << 16)
            H5Pset_small_data_block_size(access, 1 << 18)
            return H5Fcreate(path, spk_h5f_acc_trunc(), spk_h5p_default(), access)
        }
        guard handle >= 0 else { throw cannotWrite(path, because: HDF5.takeError()) }
        return HDF5File(path: path, handle: handle)
    }

    /// Larger files are left to the library, which reads only what is asked for.
    static let largestImage = 1 << 30

    /// Opens a file for reading. Files of the common kinds are taken into memory and read without the library, because the library
    /// does not withstand every damaged file.
    public static func open(_ path: String) throws(DiagnosticsError) -> HDF5File {
        if try ByteFile.checkReadable(path) <= largestImage {
            let contents = try ByteFile.readRaw(path)
            do throws(HDF5Image.Fault) {
                return HDF5File(path: path, handle: -1, image: try HDF5Image(contents))
            } catch {
                switch error {
                case .malformed(let reason): throw HDF5.malformed(path, "", reason)
                case .unsupported(let reason): throw HDF5.unsupported(path, reason)
                case .foreign: break
                }
            }
        }
        let handle = HDF5.locked {
            let access = H5Pcreate(spk_h5p_file_access())
            defer { H5Pclose(access) }
            H5Pset_fclose_degree(access, H5F_CLOSE_STRONG)
            return H5Fopen(path, spk_h5f_acc_rdonly(), access)
        }
        guard handle >= 0 else { throw HDF5.malformed(path, "", HDF5.takeError()) }
        return HDF5File(path: path, handle: handle)
    }

    /// Builds a file aside and puts it at `path` in one step.
    public static func write(to path: String, body: (HDF5File) throws(DiagnosticsError) -> Void) throws(DiagnosticsError) {
        try ByteFile.replace(path) { temporary throws(DiagnosticsError) in
            let file = try create(temporary)
            try body(file)
            try file.close()
        }
    }

    /// Finishes the file; a full disk shows here at the latest.
    public func close() throws(DiagnosticsError) {
        guard handle >= 0 else { return }
        let status = HDF5.locked { H5Iis_valid(handle) > 0 ? H5Fclose(handle) : 0 }
        guard status >= 0 else { throw cannotWrite(path, because: HDF5.takeError()) }
    }

    // MARK: What is there

    public enum Kind: Hashable, Sendable { case group, dataset }

    /// What is at a path inside the file; nil when there is nothing, or a link that leaves the file.
    public func kind(of name: String) -> Kind? {
        guard let image else { return HDF5.locked { lockedKind(of: name) } }
        switch image.node(at: name) {
        case .group: return .group
        case .dataset: return .dataset
        default: return nil
        }
    }

    /// The names in a group, in alphabetical order; `"/"` and `""` are the root.
    public func members(of group: String = "/") throws(DiagnosticsError) -> [String] {
        guard kind(of: group) == .group else { throw missing(group, "group") }
        if let image, case .group(let members) = image.node(at: group) { return members.map(\.name) }
        let names: [String]? = HDF5.locked {
            let id = H5Gopen2(handle, group.isEmpty ? "/" : group, spk_h5p_default())
            guard id >= 0 else { return nil }
            defer { H5Gclose(id) }
            var names: [String] = []
            let status = withUnsafeMutablePointer(to: &names) { names in
                spk_h5_names(
                    id,
                    { context, name in
                        guard let context, let name else { return }
                        context.assumingMemoryBound(to: [String].self).pointee.append(String(cString: name))
                    }, names)
            }
            return status >= 0 && names.allSatisfy(HDF5.isStep) ? names : nil
        }
        guard let names else { throw HDF5.malformed(path, group, HDF5.takeError()) }
        return names
    }

    /// Each step of the path is looked at on its own: the library may crash on a path through something that is no group.
    func lockedKind(of name: String) -> Kind? {
        var kind = Kind.group
        var walked = ""
        for part in name.split(separator: "/") where part != "." {
            guard kind == .group else { return nil }
            walked += "/" + part
            switch spk_h5_kind(handle, walked) {
            case 0: kind = .group
            case 1: kind = .dataset
            default:
                _ = HDF5.lockedTakeError()
                return nil
            }
        }
        return kind
    }

    func missing(_ name: String, _ what: String) -> DiagnosticsError {
        let parts = splitPath(name)
        let siblings = (kind(of: parts.directory) == .group ? try? members(of: parts.directory) : nil) ?? []
        let near = nearestName(to: parts.name, among: siblings)
        return DiagnosticsError(
            Diagnostic(
                "storage-hdf5-missing", "'\(path)' has no \(what) '\(name)'",
                help: near.map { "did you mean '\($0)'?" }
                    ?? (siblings.isEmpty
                        ? "list what is there with: h5ls -r '\(path)'" : "there is: \(siblings.prefix(12).joined(separator: ", "))")))
    }
}

/// The library behind its lock.
enum HDF5 {
    private static let lock = Mutex(())

    static func locked<Result: Sendable, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        try lock.withLock { _ throws(Failure) in
            spk_h5_silence()  // where the library knows threads, it keeps errors and their printing for each of them
            return try body()
        }
    }

    /// Whether a name can be one step of a path.
    static func isStep(_ name: String) -> Bool { !name.isEmpty && name != "." && !name.utf8.contains(UInt8(ascii: "/")) }

    /// The library's innermost message about its last failure.
    static func takeError() -> String { locked { lockedTakeError() } }

    static func lockedTakeError() -> String {
        var text = [CChar](repeating: 0, count: 256)
        spk_h5_take_error(&text)
        let message = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return message.isEmpty ? "the library gives no reason" : String(decoding: message, as: UTF8.self)
    }

    static func unsupported(_ path: String, _ reason: String) -> DiagnosticsError {
        DiagnosticsError(
            Diagnostic(
                "storage-hdf5-unsupported", "'\(path)' uses a part of HDF5 that is not read here: \(reason)",
                help: "rewrite it plainly with: h5repack -f NONE '\(path)' plain.h5"))
    }

    static func malformed(_ path: String, _ name: String, _ reason: String) -> DiagnosticsError {
        let place = name.isEmpty ? "'\(path)'" : "'\(name)' in '\(path)'"
        return DiagnosticsError(
            Diagnostic(
                "storage-hdf5-malformed", "cannot read \(place) as HDF5: \(reason)",
                help: "check the file with: h5dump -H '\(path)'; a file cut short or changed must be written again"))
    }
}
