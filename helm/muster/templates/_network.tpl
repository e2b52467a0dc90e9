{{/* A peer: pods of this release's components, a list: (root, components) */}}
{{- define "muster.peers" -}}
{{- range .components }}
- podSelector:
    matchLabels:
      {{- include "muster.selectorLabels" (dict "root" $.root "component" .) | nindent 6 }}
{{- end }}
{{- end -}}

{{/*
The policy of one component: (root, component, port, callers, egress). `port` is where callers of this release come in, beside
the health and metrics port `metrics`; `egress` the components that it calls.
*/}}
{{- define "muster.networkPolicy" -}}
{{- $root := .root -}}
{{- $policy := $root.Values.networkPolicy -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "muster.metadata" (dict "root" $root "component" .component "name" (include "muster.name" .)) | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      {{- include "muster.selectorLabels" . | nindent 6 }}
  policyTypes:
    - Ingress
    {{- if $policy.egress.enabled }}
    - Egress
    {{- end }}
  ingress:
    {{- if .callers }}
    - from:
        {{- include "muster.peers" (dict "root" $root "components" .callers) | trim | nindent 8 }}
      ports:
        - port: {{ .port }}
          protocol: TCP
    {{- end }}
    {{- if and .edges $policy.edgesFrom }}
    - from:
        {{- toYaml $policy.edgesFrom | nindent 8 }}
      ports:
        - port: {{ .port }}
          protocol: TCP
    {{- end }}
    {{- if and .api $policy.apiFrom }}
    - from:
        {{- toYaml $policy.apiFrom | nindent 8 }}
      ports:
        - port: {{ .port }}
          protocol: TCP
    {{- end }}
    {{- if .metrics }}
    # Health and metrics. The port of a service is that of its REST interfaces as well, which want a token.
    - from:
        {{- if $policy.metricsFrom }}
        {{- toYaml $policy.metricsFrom | nindent 8 }}
        {{- else }}
        - namespaceSelector: {}
        {{- end }}
      ports:
        - port: {{ .metrics }}
          protocol: TCP
    {{- end }}
    {{- with .ingress }}
    {{- . | trim | nindent 4 }}
    {{- end }}
  {{- if $policy.egress.enabled }}
  egress:
    - to:
        - namespaceSelector: {}
      ports:
        - port: 53
          protocol: UDP
        - port: 53
          protocol: TCP
    {{- if .calls }}
    - to:
        {{- include "muster.peers" (dict "root" $root "components" .calls) | trim | nindent 8 }}
    {{- end }}
    {{- if and .database $policy.egress.databaseCidrs }}
    - to:
        {{- range $policy.egress.databaseCidrs }}
        - ipBlock:
            cidr: {{ . }}
        {{- end }}
      ports:
        - port: {{ $root.Values.database.port }}
          protocol: TCP
    {{- end }}
    {{- if .kubernetes }}
    # The cluster's own interface; its address is in no label.
    - ports:
        - port: 443
          protocol: TCP
        - port: 6443
          protocol: TCP
    {{- end }}
    {{- if .extra }}
    {{- with $policy.egress.extra }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- end }}
  {{- end }}
{{- end -}}
