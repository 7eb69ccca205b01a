import Diagnostics
import Networks
import YAML

/// Convolutions and poolings: the options, and whether the populations have the shapes that follow from them.
extension NetworkReader {
    mutating func readConvolution(
        _ reader: inout MappingReader, rank: Int, _ context: ProjectionContext, at place: SourceRange?
    ) -> Connector? {
        let kernel = window(reader.required("kernel"), "kernel", rank, &reader)
        let stride = window(reader.optional("stride"), "stride", rank, &reader) ?? [Int](repeating: 1, count: rank)
        let dilation = window(reader.optional("dilation"), "dilation", rank, &reader) ?? [Int](repeating: 1, count: rank)
        let groups = reader.value("groups", .integer(atLeast: 1), default: 1)
        let channels = reader.optional("channels", .integer(atLeast: 1))
        let paddingNode = reader.optional("padding")
        guard let kernel else { return nil }
        guard let padding = padding(paddingNode, kernel, stride, dilation, &reader, context) else { return nil }
        let convolution = Convolution(kernel: kernel, stride: stride, padding: padding, dilation: dilation, groups: groups)
        guard let source = axes(context.pre, rank, context, at: place), let target = axes(context.post, rank, context, at: place) else {
            return nil
        }
        for (name, side) in [(context.pre.name, source), (context.post.name, target)] where side.channels % groups != 0 {
            collector.report(
                Diagnostic(
                    .groups,
                    "\(context.owner) has \(groups) groups, which do not divide the \(count(side.channels, "channel")) of '\(name)'",
                    at: place, help: "choose a number of groups that divides \(source.channels) and \(target.channels)"))
            return nil
        }
        if let channels, channels != target.channels {
            collector.report(
                Diagnostic(
                    .channels, "\(context.owner) makes \(count(channels, "channel")), but '\(context.post.name)' has \(target.channels)",
                    at: place,
                    help: "write 'channels: \(target.channels)' or leave it out, or change the shape of '\(context.post.name)'"))
            return nil
        }
        let reach = (0..<rank).map { dilation[$0] * (kernel[$0] - 1) + 1 - 2 * padding[$0] }
        guard fits(reach, "kernel", source.space, context, at: place) else { return nil }
        let size = convolution.outputSize(of: source.space)
        guard hasShape(size, [target.channels], target, context, at: place) else { return nil }
        return .convolution(convolution)
    }

    mutating func readPooling(
        _ reader: inout MappingReader, _ kind: Pooling.Kind, _ context: ProjectionContext, at place: SourceRange?
    ) -> Connector? {
        let windowNode = reader.required("window")
        let axisCount = windowNode?.sequence?.count ?? min(max((context.pre.shape?.count ?? 3) - 1, 1), 2)
        let window = self.window(windowNode, "window", axisCount, &reader)
        let stride = self.window(reader.optional("stride"), "stride", axisCount, &reader)
        guard let window else { return nil }
        guard window.count == 1 || window.count == 2 else {
            collector.report(
                Diagnostic(
                    .axes, "\(context.owner) pools over \(count(window.count, "axis", "axes")), and only 1 or 2 are possible",
                    at: windowNode?.place,
                    help: "write 'window: 2' or 'window: [2, 2]'"))
            return nil
        }
        guard let source = axes(context.pre, window.count, context, at: place),
            let target = axes(context.post, window.count, context, at: place)
        else { return nil }
        let pooling = Pooling(kind, window: window, stride: stride ?? window)
        guard fits(window, "window", source.space, context, at: place) else { return nil }
        guard hasShape(pooling.outputSize(of: source.space), [source.channels], target, context, at: place) else { return nil }
        return .pooling(pooling)
    }

    private struct Axes {
        var channels: Int
        var space: [Int]
        var hasChannels: Bool
        var shape: [Int] { hasChannels ? [channels] + space : space }
    }

    /// The channels and the space of a population; a shape without channels has one.
    private mutating func axes(_ population: PopulationDraft, _ rank: Int, _ context: ProjectionContext, at place: SourceRange?) -> Axes? {
        guard let shape = population.shape else { return nil }
        guard shape.count == rank || shape.count == rank + 1 else {
            let wanted = rank == 1 ? "[channels, length]" : "[channels, height, width]"
            collector.report(
                Diagnostic(
                    .axes, "\(context.owner) works on \(wanted), but '\(population.name)' has the shape \(text(shape))", at: place,
                    notes: [Diagnostic.Note("'\(population.name)' is here", at: population.place)],
                    help:
                        "give '\(population.name)' a shape of \(rank + 1) axes, such as "
                        + "\(rank == 1 ? "[1, \(shape.reduce(1, *))]" : "[1, 8, 8]")"
                ))
            return nil
        }
        let hasChannels = shape.count == rank + 1
        return Axes(channels: hasChannels ? shape[0] : 1, space: Array(shape.suffix(rank)), hasChannels: hasChannels)
    }

    /// One number for all axes, or one for each; at least 1.
    private mutating func window(_ node: Node?, _ key: String, _ rank: Int, _ reader: inout MappingReader) -> [Int]? {
        guard let node else { return nil }
        return lengths(node, key, rank, atLeast: 1, &reader)
    }

    private func lengths(_ node: Node, _ key: String, _ rank: Int, atLeast least: Int, _ reader: inout MappingReader) -> [Int]? {
        let length = Reading.integer(atLeast: least, atMost: 1 << 20)
        if node.sequence != nil { return reader.read(node, as: key, .list(of: length, count: rank...rank)) }
        return reader.read(node, as: key, length).map { [Int](repeating: $0, count: rank) }
    }

    /// Numbers of zeros around the input; `same` keeps the size, `valid` is 0.
    private mutating func padding(
        _ node: Node?, _ kernel: [Int], _ stride: [Int], _ dilation: [Int], _ reader: inout MappingReader, _ context: ProjectionContext
    ) -> [Int]? {
        let none = [Int](repeating: 0, count: kernel.count)
        guard let node else { return none }
        if node.scalar?.text == "valid" { return none }
        guard node.scalar?.text == "same" else { return lengths(node, "padding", kernel.count, atLeast: 0, &reader) }
        let reach = kernel.indices.map { dilation[$0] * (kernel[$0] - 1) }
        guard stride.allSatisfy({ $0 == 1 }), reach.allSatisfy({ $0 % 2 == 0 }) else {
            collector.report(
                Diagnostic(
                    .windowPadding,
                    "\(context.owner): padding 'same' needs stride 1 and an odd kernel, but the stride is \(text(stride)) and the "
                        + "kernel \(text(kernel))",
                    at: node.place, help: "write the padding as a number, such as 'padding: \((reach.max() ?? 0) / 2)'"))
            return nil
        }
        return reach.map { $0 / 2 }
    }

    private mutating func fits(
        _ reach: [Int], _ noun: String, _ space: [Int], _ context: ProjectionContext, at place: SourceRange?
    ) -> Bool {
        guard let axis = reach.indices.first(where: { reach[$0] > space[$0] }) else { return true }
        collector.report(
            Diagnostic(
                .windowTooLarge,
                "the \(noun) of \(context.owner) covers \(reach[axis]) positions (padding deducted) on an axis of "
                    + "'\(context.pre.name)' that has only \(space[axis])",
                at: place, help: "shrink the \(noun) to at most \(space[axis]) positions there\(noun == "kernel" ? ", or add padding" : "")"
            ))
        return false
    }

    /// Says what shape the target population would need.
    private mutating func hasShape(
        _ size: [Int], _ channels: [Int], _ target: Axes, _ context: ProjectionContext, at place: SourceRange?
    ) -> Bool {
        guard target.space != size || [target.channels] != channels else { return true }
        let wanted = target.hasChannels || channels != [1] ? channels + size : size
        collector.report(
            Diagnostic(
                .windowShape,
                "\(context.owner) makes the shape \(text(wanted)) of \(text(context.pre.shape ?? [])), but '\(context.post.name)' has "
                    + "the shape \(text(target.shape))",
                at: place, notes: [Diagnostic.Note("'\(context.post.name)' is here", at: context.post.place)],
                help: "give '\(context.post.name)' the shape \(text(wanted))"))
        return false
    }
}

/// `1 axis`, `2 axes`.
func count(_ count: Int, _ one: String, _ many: String) -> String { "\(count) \(count == 1 ? one : many)" }
