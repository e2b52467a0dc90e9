{{/* (root, component, kind, scheme) */}}
{{- define "muster.monitor" -}}
{{- $settings := get .root.Values.monitoring (ternary "serviceMonitor" "podMonitor" (eq .kind "ServiceMonitor")) -}}
apiVersion: monitoring.coreos.com/v1
kind: {{ .kind }}
metadata:
  {{- include "muster.metadata" (dict "root" .root "component" .component "name" (include "muster.name" .)) | nindent 2 }}
  {{- with $settings.labels }}
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  selector:
    matchLabels:
      {{- include "muster.selectorLabels" . | nindent 6 }}
  {{ ternary "endpoints" "podMetricsEndpoints" (eq .kind "ServiceMonitor") }}:
    - port: http
      path: /q/metrics
      interval: {{ $settings.interval }}
      scheme: {{ .scheme }}
      {{- if eq .scheme "https" }}
      tlsConfig:
        ca:
          secret:
            name: {{ include "muster.caSecret" .root }}
            key: ca.crt
        serverName: {{ include "muster.host" . }}
      {{- end }}
      relabelings:
        # What the rules and dashboards select by.
        - sourceLabels: [__meta_kubernetes_pod_label_app_kubernetes_io_component]
          targetLabel: component
        - sourceLabels: [__meta_kubernetes_pod_label_app_kubernetes_io_instance]
          targetLabel: release
          {{- with .root.Values.site }}
          # Elsewhere there are releases of the same name.
          replacement: $1@{{ . }}
          {{- end }}
{{- end -}}
