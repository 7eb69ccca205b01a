#pragma once
#include <stdlib.h>
#include <string.h>
#include <gvc.h>

// Graphviz's kinds of graph are C globals, which Swift 6 cannot read: they are handed out here.
static inline Agraph_t *spikewright_open_directed(const char *name) { return agopen((char *)name, Agdirected, NULL); }

// Graphviz takes `char *` for texts that it copies.
static inline Agnode_t *spikewright_node(Agraph_t *graph, const char *name) { return agnode(graph, (char *)name, 1); }
static inline Agedge_t *spikewright_edge(Agraph_t *graph, Agnode_t *from, Agnode_t *to, const char *name) {
    return agedge(graph, from, to, (char *)name, 1);
}
static inline void spikewright_set(void *object, const char *name, const char *value) {
    agsafeset(object, (char *)name, (char *)value, "");
}
static inline void spikewright_set_html(Agraph_t *graph, void *object, const char *name, const char *value) {
    char *text = agstrdup_html(graph, (char *)value);
    agsafeset(object, (char *)name, text, "");
    agstrfree(graph, text);
}

// Messages of Graphviz go to the caller, never to the terminal.
static char spikewright_graphviz_message[512];
static inline int spikewright_keep_message(char *text) {
    size_t n = strlen(spikewright_graphviz_message);
    strncpy(spikewright_graphviz_message + n, text, sizeof spikewright_graphviz_message - n - 1);
    return 0;
}
static inline void spikewright_capture_messages(void) {
    spikewright_graphviz_message[0] = 0;
    agseterrf(spikewright_keep_message);
}
static inline const char *spikewright_last_message(void) { return spikewright_graphviz_message; }
